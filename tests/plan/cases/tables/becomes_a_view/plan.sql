DROP VIEW "public"."over";
DROP TABLE "public"."shown";
CREATE VIEW "public"."shown" AS
 SELECT "id",
    "kind"
   FROM "public"."base";
COMMENT ON VIEW "public"."shown" IS 'rows';
GRANT SELECT ON TABLE "public"."shown" TO PUBLIC;
CREATE VIEW "public"."over" AS
 SELECT "id"
   FROM "public"."shown";
