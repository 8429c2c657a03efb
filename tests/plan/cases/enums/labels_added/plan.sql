ALTER TYPE "public"."m" ADD VALUE 'a' BEFORE 'b';
ALTER TYPE "public"."m" ADD VALUE 'c' AFTER 'b';
ALTER TYPE "public"."m" ADD VALUE 'it''s' AFTER 'd';
ALTER TYPE "public"."quiet" ADD VALUE 'y' AFTER 'x';
ALTER TYPE "public"."quiet" ADD VALUE 'z' AFTER 'y';
ALTER TABLE ONLY "public"."t" ALTER COLUMN "x" SET DEFAULT 'c'::"public"."m";
ALTER TABLE "public"."t"
    ADD CONSTRAINT "t_x_check" CHECK (("x" <> 'it''s'::"public"."m"));
