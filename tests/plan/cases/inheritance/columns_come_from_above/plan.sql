DROP VIEW "public"."v";
ALTER TABLE "public"."base" DROP COLUMN "note";
ALTER TABLE "public"."base" ALTER COLUMN "id" TYPE bigint;
ALTER TABLE "public"."base" ALTER COLUMN "id" SET NOT NULL;
ALTER TABLE "public"."base" ADD COLUMN "at" "date";
ALTER TABLE "public"."base"
    ADD CONSTRAINT "base_id_check" CHECK (("id" > 0));
CREATE VIEW "public"."v" AS
 SELECT "id"
   FROM "public"."child";
ALTER TABLE ONLY "public"."child" ALTER COLUMN "id" SET DEFAULT 3;
