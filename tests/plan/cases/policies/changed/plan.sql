ALTER TABLE "public"."t" DISABLE ROW LEVEL SECURITY;
DROP POLICY "c" ON "public"."t";
DROP POLICY "b" ON "public"."t";
ALTER POLICY "a" ON "public"."t" USING (("a" > 2)) WITH CHECK (("a" > 3));
CREATE POLICY "b" ON "public"."t" FOR INSERT WITH CHECK (true);
CREATE POLICY "c" ON "public"."t" AS RESTRICTIVE FOR UPDATE USING (true);
ALTER POLICY "d" ON "public"."t" TO "pg_read_all_data", "pg_monitor";
