SET check_function_bodies = off;
DROP VIEW "public"."w";
DROP FUNCTION "public"."g"("public"."v");
DROP VIEW "public"."v";
CREATE VIEW "public"."v" AS
 SELECT "b",
    "a"
   FROM "public"."t";
CREATE FUNCTION "public"."g"("public"."v") RETURNS integer
    LANGUAGE "sql"
    AS $$SELECT 1$$;
CREATE VIEW "public"."w" AS
 SELECT "a"
   FROM "public"."v";
COMMENT ON COLUMN "public"."w"."a" IS 'a';
GRANT SELECT ON TABLE "public"."w" TO PUBLIC;
ALTER TABLE ONLY "public"."v" ALTER COLUMN "a" SET DEFAULT 5;
CREATE RULE "r" AS
    ON UPDATE TO "public"."w" DO INSTEAD NOTHING;
CREATE TRIGGER "i" INSTEAD OF INSERT ON "public"."v" FOR EACH ROW EXECUTE FUNCTION "public"."f"();
RESET check_function_bodies;
