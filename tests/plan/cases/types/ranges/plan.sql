SET search_path = '';
DROP INDEX "public"."t_r";
ALTER TABLE "public"."t" ALTER COLUMN "m" TYPE "text";
ALTER TABLE "public"."t" ALTER COLUMN "r" TYPE "text";
DROP TYPE "public"."r";
CREATE TYPE "public"."r" AS RANGE (
    subtype = bigint,
    multirange_type_name = "public"."rs"
);
ALTER TABLE "public"."t" ALTER COLUMN "r" TYPE "public"."r" USING "r"::"public"."r";
ALTER TABLE "public"."t" ALTER COLUMN "m" TYPE "public"."rs" USING "m"::"public"."rs";
CREATE INDEX "t_r" ON "public"."t" USING "gist" ("r");
RESET search_path;
