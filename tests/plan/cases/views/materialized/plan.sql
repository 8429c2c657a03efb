DROP VIEW "public"."on_m";
DROP MATERIALIZED VIEW "public"."m";
CREATE MATERIALIZED VIEW "public"."m" AS
 SELECT "a",
    "b"
   FROM "public"."t"
  WITH NO DATA;
COMMENT ON MATERIALIZED VIEW "public"."m" IS 'kept';
ALTER MATERIALIZED VIEW "public"."n" SET ("fillfactor"='60');
ALTER TABLE ONLY "public"."n" ALTER COLUMN "a" SET STATISTICS 9;
CREATE VIEW "public"."on_m" AS
 SELECT "a"
   FROM "public"."m";
CREATE UNIQUE INDEX "m_a" ON "public"."m" USING "btree" ("a");
REFRESH MATERIALIZED VIEW "public"."m";
