DROP POLICY "p" ON "public"."t";
ALTER TABLE ONLY "public"."u" DROP CONSTRAINT "u_n_fkey";
DROP INDEX "public"."t_nm";
ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_n_key";
DROP VIEW "public"."v";
ALTER TABLE "public"."t" DROP CONSTRAINT "t_check";
ALTER TABLE "public"."t" DROP COLUMN "n";
CREATE VIEW "public"."v" AS
 SELECT "id"
   FROM "public"."t";
