SET check_function_bodies = off;
ALTER PUBLICATION "pub" DROP TABLE ONLY "public"."t";
DROP POLICY "p" ON "public"."t";
DROP TRIGGER "w" ON "public"."t";
DROP TRIGGER "o" ON "public"."t";
DROP RULE "r" ON "public"."t";
DROP FUNCTION "public"."g"();
ALTER TABLE "public"."t" ALTER COLUMN "n" TYPE numeric;
CREATE FUNCTION "public"."g"() RETURNS SETOF numeric
    LANGUAGE "sql"
    BEGIN ATOMIC
 SELECT "t"."n"
    FROM "public"."t";
END;
CREATE RULE "r" AS
    ON DELETE TO "public"."t"
   WHERE ("old"."n" = (1)::numeric) DO INSTEAD NOTHING;
CREATE TRIGGER "o" BEFORE UPDATE OF "n" ON "public"."t" FOR EACH ROW EXECUTE FUNCTION "public"."f"();
CREATE TRIGGER "w" BEFORE UPDATE ON "public"."t" FOR EACH ROW WHEN (("new"."n" > (1)::numeric)) EXECUTE FUNCTION "public"."f"();
COMMENT ON TRIGGER "w" ON "public"."t" IS 'watch';
CREATE POLICY "p" ON "public"."t" USING (("n" > (2)::numeric));
COMMENT ON POLICY "p" ON "public"."t" IS 'guard';
ALTER PUBLICATION "pub" ADD TABLE ONLY "public"."t" ("id", "n") WHERE (("id" > 1));
RESET check_function_bodies;
