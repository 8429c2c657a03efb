ALTER TYPE "public"."entry" ALTER ATTRIBUTE "id" TYPE bigint CASCADE;
ALTER TABLE ONLY "public"."book" ALTER COLUMN "name" SET DEFAULT 'y'::"text";
