ALTER TABLE "public"."c" NO INHERIT "public"."a";
ALTER TABLE "public"."c" ADD COLUMN "y" integer;
ALTER TABLE "public"."c" INHERIT "public"."b";
