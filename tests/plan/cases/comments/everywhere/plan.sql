COMMENT ON VIEW "public"."v" IS NULL;
COMMENT ON COLUMN "public"."t"."a" IS NULL;
COMMENT ON SCHEMA "public" IS NULL;
COMMENT ON TABLE "public"."t" IS 'two';
COMMENT ON COLUMN "public"."v"."x" IS 'new';
