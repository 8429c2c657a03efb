ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_p_fkey";
ALTER TABLE "public"."p" ALTER COLUMN "id" TYPE "text";
ALTER TABLE "public"."t" ALTER COLUMN "p" TYPE "text";
ALTER TABLE ONLY "public"."t"
    ADD CONSTRAINT "t_p_fkey" FOREIGN KEY ("p") REFERENCES "public"."p"("id");
