ALTER TYPE "public"."pair" ADD ATTRIBUTE "c" "date" CASCADE;
ALTER TABLE "public"."t" ALTER COLUMN "b" SET NOT NULL;
ALTER TABLE ONLY "public"."t" ALTER COLUMN "b" SET DEFAULT 'x'::"text";
