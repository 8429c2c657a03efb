DROP INDEX "public"."i4";
DROP INDEX "public"."i3";
ALTER INDEX "public"."i1" RESET ("fillfactor");
ALTER INDEX "public"."i2" ALTER COLUMN 1 SET STATISTICS -1;
ALTER TABLE "public"."t" CLUSTER ON "i2";
ALTER INDEX "public"."i2" ALTER COLUMN 1 SET STATISTICS 60;
CREATE INDEX "i3" ON "public"."t" USING "btree" ("a" DESC NULLS LAST) INCLUDE ("b") WHERE ("c" > 1);
COMMENT ON INDEX "public"."i3" IS 'three';
CREATE INDEX "i4" ON "public"."t" USING "hash" ("c");
