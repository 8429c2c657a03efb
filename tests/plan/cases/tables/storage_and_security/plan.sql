ALTER TABLE "public"."t" SET UNLOGGED;
ALTER TABLE "public"."t" RESET ("autovacuum_enabled");
ALTER TABLE "public"."t" SET ("fillfactor"='80', toast."autovacuum_enabled"='false');
ALTER TABLE ONLY "public"."t" FORCE ROW LEVEL SECURITY;
ALTER TABLE ONLY "public"."t" REPLICA IDENTITY DEFAULT;
ALTER TABLE ONLY "public"."t" REPLICA IDENTITY USING INDEX "t_pkey";
ALTER TABLE "public"."t" SET WITHOUT CLUSTER;
ALTER TABLE "public"."t" ENABLE ROW LEVEL SECURITY;
