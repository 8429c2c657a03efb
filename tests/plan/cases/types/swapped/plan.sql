SET search_path = '';
ALTER TYPE "public"."b" RENAME TO "b__trueup_old";
ALTER TYPE "public"."a" RENAME TO "a__trueup_old";
CREATE TYPE "public"."a" AS (
	"x" integer
);
CREATE TYPE "public"."b" AS ENUM (
    'x'
);
ALTER TABLE "public"."t" ALTER COLUMN "a" TYPE "public"."b" USING "a"::"text"::"public"."b";
ALTER TABLE "public"."t" ALTER COLUMN "b" TYPE "public"."a" USING "b"::"text"::"public"."a";
DROP TYPE "public"."a__trueup_old";
DROP TYPE "public"."b__trueup_old";
RESET search_path;
