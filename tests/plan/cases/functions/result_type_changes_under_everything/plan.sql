SET check_function_bodies = off;
DROP POLICY "p" ON "public"."t";
DROP INDEX "public"."t_f";
DROP VIEW "public"."v";
ALTER TABLE "public"."t" DROP CONSTRAINT "t_b_check";
ALTER TABLE ONLY "public"."t" ALTER COLUMN "a" DROP DEFAULT;
ALTER TABLE "public"."t" ALTER COLUMN "c" SET EXPRESSION AS (NULL::integer);
DROP FUNCTION "public"."g"();
ALTER DOMAIN "public"."dm" DROP CONSTRAINT "dm_check";
DROP FUNCTION "public"."f"("a" integer);
CREATE FUNCTION "public"."f"("a" integer) RETURNS bigint
    LANGUAGE "sql" IMMUTABLE
    AS $$SELECT 1$$;
COMMENT ON FUNCTION "public"."f"("a" integer) IS 'eff';
ALTER DOMAIN "public"."dm" ADD CONSTRAINT "dm_check" CHECK (("public"."f"(VALUE) > 0));
CREATE FUNCTION "public"."g"() RETURNS integer
    LANGUAGE "sql"
    RETURN "public"."f"(3);
ALTER TABLE "public"."t" ALTER COLUMN "c" SET EXPRESSION AS ("public"."f"("a"));
ALTER TABLE ONLY "public"."t" ALTER COLUMN "a" SET DEFAULT "public"."f"(1);
ALTER TABLE "public"."t"
    ADD CONSTRAINT "t_b_check" CHECK (("b" > "public"."f"(2)));
CREATE VIEW "public"."v" AS
 SELECT "public"."f"("a") AS "x"
   FROM "public"."t";
CREATE INDEX "t_f" ON "public"."t" USING "btree" ("public"."f"("d"));
CREATE POLICY "p" ON "public"."t" USING (("public"."f"("a") > 1));
RESET check_function_bodies;
