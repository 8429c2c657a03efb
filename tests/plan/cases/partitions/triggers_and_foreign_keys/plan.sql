ALTER TABLE "public"."pa" ENABLE TRIGGER "tr";
ALTER TABLE "public"."p" DETACH PARTITION "public"."pb";
ALTER TABLE "public"."pb" DROP CONSTRAINT IF EXISTS "p_id_fkey";
