DROP VIEW "public"."seen";
ALTER TABLE "public"."p1" DROP CONSTRAINT "p1_id_check";
ALTER TABLE "public"."p" DROP CONSTRAINT "p_id_check";
ALTER TABLE "public"."p2" DROP CONSTRAINT IF EXISTS "p_id_check";
ALTER TABLE "public"."p2a" DROP CONSTRAINT IF EXISTS "p_id_check";
ALTER TABLE "public"."p1" DROP CONSTRAINT IF EXISTS "p_id_check";
ALTER TABLE "public"."p" DROP COLUMN "old";
ALTER TABLE "public"."p" ALTER COLUMN "id" TYPE bigint;
ALTER TABLE "public"."p" ALTER COLUMN "id" SET NOT NULL;
ALTER TABLE "public"."p" ADD COLUMN "fresh" integer DEFAULT 4;
ALTER TABLE ONLY "public"."p" ALTER COLUMN "v" SET DEFAULT 'z'::"text";
ALTER TABLE "public"."p"
    ADD CONSTRAINT "more" CHECK (("fresh" > 0));
ALTER TABLE "public"."p"
    ADD CONSTRAINT "p_id_check" CHECK (("id" > 1));
ALTER TABLE "public"."p1" ALTER COLUMN "fresh" SET NOT NULL;
ALTER TABLE ONLY "public"."p1" ALTER COLUMN "fresh" SET DEFAULT 5;
ALTER TABLE "public"."p1"
    ADD CONSTRAINT "p1_id_check" CHECK (("id" < 10));
ALTER TABLE ONLY "public"."p2" ALTER COLUMN "v" SET DEFAULT 'z'::"text";
ALTER TABLE ONLY "public"."p2" ALTER COLUMN "fresh" SET DEFAULT 4;
ALTER TABLE ONLY "public"."p2a" ALTER COLUMN "v" SET DEFAULT 'z'::"text";
ALTER TABLE ONLY "public"."p2a" ALTER COLUMN "fresh" SET DEFAULT NULL;
CREATE VIEW "public"."seen" AS
 SELECT "id"
   FROM "public"."p2a";
