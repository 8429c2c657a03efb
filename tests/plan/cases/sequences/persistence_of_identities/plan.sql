ALTER SEQUENCE "public"."a_id_seq" SET LOGGED;
ALTER SEQUENCE "public"."b_id_seq" SET UNLOGGED;
ALTER TABLE "public"."c" SET LOGGED;
ALTER SEQUENCE "public"."c_id_seq" SET UNLOGGED;
ALTER SEQUENCE "public"."s" SET LOGGED;
