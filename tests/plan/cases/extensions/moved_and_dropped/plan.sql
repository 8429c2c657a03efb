SET search_path = '';
DROP VIEW "public"."v";
ALTER EXTENSION "citext" SET SCHEMA "x";
ALTER TABLE "public"."t" ALTER COLUMN "a" TYPE "x"."citext";
ALTER TABLE "public"."t" ALTER COLUMN "b" TYPE "jsonb" USING "b"::"text"::"jsonb";
DROP EXTENSION "hstore";
CREATE VIEW "public"."v" AS
 SELECT "a"
   FROM "public"."t"
  WHERE ("a" OPERATOR("x".=) 'q'::"x"."citext");
RESET search_path;
