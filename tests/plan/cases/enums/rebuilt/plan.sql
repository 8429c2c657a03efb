SET check_function_bodies = off;
SET search_path = '';
DROP POLICY "p" ON "public"."t";
DROP INDEX "public"."t_x";
DROP VIEW "public"."w";
DROP VIEW "public"."v";
ALTER TABLE "public"."t" DROP CONSTRAINT "t_x_check";
ALTER TABLE ONLY "public"."t" ALTER COLUMN "y" DROP DEFAULT;
ALTER TABLE ONLY "public"."t" ALTER COLUMN "x" DROP DEFAULT;
DROP FUNCTION "public"."f"("public"."m");
ALTER TYPE "public"."pair" RENAME TO "pair__trueup_old";
ALTER DOMAIN "public"."d" RENAME TO "d__trueup_old";
ALTER TYPE "public"."m" RENAME TO "m__trueup_old";
CREATE TYPE "public"."m" AS ENUM (
    'a',
    'c'
);
COMMENT ON TYPE "public"."m" IS 'moods';
CREATE DOMAIN "public"."d" AS "public"."m"
	CONSTRAINT "d_check" CHECK ((VALUE <> 'c'::"public"."m"));
CREATE TYPE "public"."pair" AS (
	"l" "public"."m",
	"r" "public"."m"
);
CREATE FUNCTION "public"."f"("public"."m") RETURNS "public"."m"
    LANGUAGE "sql"
    AS $_$SELECT $1$_$;
ALTER TABLE "public"."held" ALTER COLUMN "p" TYPE "public"."pair" USING "p"::"text"::"public"."pair";
ALTER TABLE "public"."t" ALTER COLUMN "x" TYPE "public"."m" USING "x"::"text"::"public"."m";
ALTER TABLE "public"."t" ALTER COLUMN "y" TYPE "public"."m"[] USING "y"::"text"[]::"public"."m"[];
ALTER TABLE ONLY "public"."t" ALTER COLUMN "x" SET DEFAULT 'a'::"public"."m";
ALTER TABLE ONLY "public"."t" ALTER COLUMN "y" SET DEFAULT '{a}'::"public"."m"[];
ALTER TABLE "public"."t"
    ADD CONSTRAINT "t_x_check" CHECK (("x" <> 'c'::"public"."m"));
ALTER TABLE "public"."u" ALTER COLUMN "d" TYPE "public"."d" USING "d"::"text"::"public"."d";
CREATE VIEW "public"."v" AS
 SELECT "x"
   FROM "public"."t"
  WHERE ("x" = 'a'::"public"."m");
CREATE VIEW "public"."w" AS
 SELECT "public"."f"("x") AS "f"
   FROM "public"."v";
CREATE INDEX "t_x" ON "public"."t" USING "btree" ("x") WHERE ("x" = 'a'::"public"."m");
CREATE POLICY "p" ON "public"."t" USING (("x" = 'a'::"public"."m"));
DROP DOMAIN "public"."d__trueup_old";
DROP TYPE "public"."pair__trueup_old";
DROP TYPE "public"."m__trueup_old";
RESET search_path;
RESET check_function_bodies;
