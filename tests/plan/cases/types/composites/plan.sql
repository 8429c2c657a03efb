SET check_function_bodies = off;
DROP VIEW "public"."v";
DROP FUNCTION "public"."f"("public"."c");
ALTER TYPE "public"."held" RENAME TO "held__trueup_old";
ALTER TYPE "public"."c" DROP ATTRIBUTE "a";
ALTER TYPE "public"."c" ALTER ATTRIBUTE "b" TYPE character varying(9);
ALTER TYPE "public"."c" ADD ATTRIBUTE "d" "date";
CREATE TYPE "public"."held" AS (
	"a" bigint
);
CREATE FUNCTION "public"."f"("public"."c") RETURNS "public"."c"
    LANGUAGE "sql"
    AS $_$SELECT $1$_$;
ALTER TABLE "public"."t" ALTER COLUMN "h" TYPE "public"."held" USING "h"::"text"::"public"."held";
ALTER TABLE "public"."t" ALTER COLUMN "hs" TYPE "public"."held"[] USING "hs"::"text"[]::"public"."held"[];
CREATE VIEW "public"."v" AS
 SELECT ("h")."a" AS "a"
   FROM "public"."t";
DROP TYPE "public"."held__trueup_old";
RESET check_function_bodies;
