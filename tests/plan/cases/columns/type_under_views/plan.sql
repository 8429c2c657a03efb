DROP MATERIALIZED VIEW "public"."mv";
DROP VIEW "public"."v2";
DROP VIEW "public"."v1";
ALTER TABLE "public"."t" ALTER COLUMN "n" TYPE bigint;
CREATE VIEW "public"."v1" AS
 SELECT "id",
    "n",
    "other"
   FROM "public"."t"
  WHERE ("n" > 1);
GRANT SELECT ON TABLE "public"."v1" TO PUBLIC;
CREATE VIEW "public"."v2" AS
 SELECT ("n" + 1) AS "m"
   FROM "public"."v1";
COMMENT ON VIEW "public"."v2" IS 'plus one';
CREATE MATERIALIZED VIEW "public"."mv" AS
 SELECT "m"
   FROM "public"."v2"
  WITH NO DATA;
CREATE INDEX "mv_m" ON "public"."mv" USING "btree" ("m");
REFRESH MATERIALIZED VIEW "public"."mv";
