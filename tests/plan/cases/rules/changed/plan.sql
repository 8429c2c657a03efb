DROP RULE "r" ON "public"."t";
CREATE RULE "r" AS
    ON INSERT TO "public"."t"
   WHERE ("new"."a" > 1) DO  INSERT INTO "public"."log" ("a")
  VALUES (("new"."a" + 1));
COMMENT ON RULE "r" ON "public"."t" IS 'log';
ALTER TABLE "public"."t" DISABLE RULE "s";
