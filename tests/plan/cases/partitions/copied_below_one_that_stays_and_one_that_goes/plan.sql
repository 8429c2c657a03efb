ALTER TABLE "public"."visit" DETACH PARTITION "public"."visit_at";
ALTER TABLE "public"."trip_0" DETACH PARTITION "public"."trip_0_old";
ALTER TABLE "public"."trip" DETACH PARTITION "public"."trip_0";
ALTER TABLE "public"."visit_at" RENAME TO "visit_at__trueup_old";
ALTER TABLE "public"."trip_0" RENAME TO "trip_0__trueup_old";
CREATE TABLE "public"."trip_0" (
    "id" integer,
    "day" timestamp without time zone
)
PARTITION BY RANGE ("day");
ALTER TABLE "public"."trip_0_old" ALTER COLUMN "day" TYPE timestamp without time zone;
CREATE TABLE "public"."visit_at" (
    "land" "text",
    "day" "date"
)
PARTITION BY RANGE ("day");
ALTER TABLE ONLY "public"."trip_0" ATTACH PARTITION "public"."trip_0_old" FOR VALUES FROM (MINVALUE) TO ('2020-01-01 00:00:00');
ALTER TABLE ONLY "public"."visit" ATTACH PARTITION "public"."visit_at" FOR VALUES IN ('at');
INSERT INTO "public"."trip_0" ("id", "day") SELECT "id", "day" FROM "public"."trip_0__trueup_old";
DROP TABLE "public"."trip_0__trueup_old";
DROP TABLE "public"."trip";
INSERT INTO "public"."visit_at" ("land", "day") SELECT "land", "day" FROM ONLY "public"."visit_at__trueup_old";
DROP TABLE "public"."visit_at__trueup_old";
