DROP INDEX "public"."mine";
CREATE INDEX "note_a_body_topic_idx" ON "public"."note_a" USING "btree" ("body", "topic");
ALTER TABLE ONLY "public"."note" ATTACH PARTITION "public"."note_a" FOR VALUES IN ('a');
CREATE INDEX "mine" ON "public"."note_a" USING "btree" ("body", "topic");
ALTER INDEX "public"."note_body" ATTACH PARTITION "public"."note_a_body_topic_idx";
