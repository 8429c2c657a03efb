ALTER TABLE "public"."person" ALTER COLUMN "work" TYPE "text"[];
ALTER TABLE "public"."person" ALTER COLUMN "home" TYPE "text";
DROP TABLE "public"."leaving";
ALTER TYPE "public"."paint" RENAME TO "paint__trueup_old";
ALTER TABLE "public"."place" ALTER COLUMN "number" TYPE bigint;
CREATE TABLE "public"."coming" (
    "home" "public"."place"
);
CREATE TABLE "public"."paint" (
    "name" "text"
);
ALTER TABLE "public"."person" ALTER COLUMN "home" TYPE "public"."place" USING "home"::"public"."place";
ALTER TABLE "public"."person" ALTER COLUMN "work" TYPE "public"."place"[] USING "work"::"public"."place"[];
ALTER TABLE "public"."person" ALTER COLUMN "door" TYPE "public"."paint" USING "door"::"text"::"public"."paint";
DROP TYPE "public"."paint__trueup_old";
