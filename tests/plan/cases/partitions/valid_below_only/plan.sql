ALTER TABLE "public"."meter" DROP CONSTRAINT "known";
ALTER TABLE "public"."meter_s" DROP CONSTRAINT IF EXISTS "known";
ALTER TABLE "public"."meter_n" DROP CONSTRAINT IF EXISTS "known";
ALTER TABLE "public"."meter" ALTER COLUMN "value" TYPE integer USING "value"::integer;
ALTER TABLE "public"."meter" ALTER COLUMN "remark" TYPE "text" COLLATE "pg_catalog"."C";
ALTER TABLE "public"."meter_n" ALTER COLUMN "remark" SET NOT NULL;
ALTER TABLE "public"."meter_s" ALTER COLUMN "remark" DROP NOT NULL;
ALTER TABLE "public"."meter"
    ADD CONSTRAINT "known" CHECK (("value" > 0)) NOT VALID;
ALTER TABLE "public"."meter_n" VALIDATE CONSTRAINT "known";
ALTER TABLE "public"."meter_s" VALIDATE CONSTRAINT "known";
