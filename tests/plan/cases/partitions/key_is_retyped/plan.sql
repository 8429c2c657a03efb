ALTER TABLE ONLY "public"."scan" DROP CONSTRAINT "scan_parcel_depot_fkey";
ALTER TABLE "public"."parcel" DETACH PARTITION "public"."parcel_2";
ALTER TABLE "public"."parcel" DETACH PARTITION "public"."parcel_1";
ALTER TABLE ONLY "public"."parcel" DROP CONSTRAINT "parcel_pkey";
DROP VIEW "public"."heavy";
ALTER TABLE "public"."parcel" RENAME TO "parcel__trueup_old";
CREATE TABLE "public"."parcel" (
    "id" integer NOT NULL,
    "depot" bigint NOT NULL
)
PARTITION BY LIST ("depot");
ALTER TABLE "public"."parcel_1" ALTER COLUMN "depot" TYPE bigint;
ALTER TABLE "public"."parcel_2" ALTER COLUMN "depot" TYPE bigint;
ALTER TABLE "public"."scan" ALTER COLUMN "depot" TYPE bigint;
ALTER TABLE ONLY "public"."parcel" ATTACH PARTITION "public"."parcel_1" FOR VALUES IN ('1');
ALTER TABLE ONLY "public"."parcel" ATTACH PARTITION "public"."parcel_2" FOR VALUES IN ('2');
INSERT INTO "public"."parcel" ("id", "depot") SELECT "id", "depot" FROM "public"."parcel__trueup_old";
DROP TABLE "public"."parcel__trueup_old";
CREATE VIEW "public"."heavy" AS
 SELECT "id"
   FROM "public"."parcel"
  WHERE ("depot" > 1);
ALTER TABLE ONLY "public"."parcel"
    ADD CONSTRAINT "parcel_pkey" PRIMARY KEY ("id", "depot");
ALTER INDEX "public"."parcel_pkey" ATTACH PARTITION "public"."parcel_1_pkey";
ALTER INDEX "public"."parcel_pkey" ATTACH PARTITION "public"."parcel_2_pkey";
ALTER TABLE ONLY "public"."scan"
    ADD CONSTRAINT "scan_parcel_depot_fkey" FOREIGN KEY ("parcel", "depot") REFERENCES "public"."parcel"("id", "depot");
