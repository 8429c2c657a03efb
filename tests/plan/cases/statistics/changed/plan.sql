DROP STATISTICS "public"."s";
ALTER STATISTICS "public"."r" SET STATISTICS -1;
CREATE STATISTICS "public"."s" (mcv) ON "a", "b" FROM "public"."t";
COMMENT ON STATISTICS "public"."s" IS 'stat';
