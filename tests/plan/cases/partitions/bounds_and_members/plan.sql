ALTER TABLE "public"."p" DETACH PARTITION "public"."p2";
DROP INDEX "public"."p2_v_idx";
ALTER TABLE ONLY "public"."p2" DROP CONSTRAINT "p2_pkey";
ALTER TABLE "public"."p" DETACH PARTITION "public"."p1";
DROP TABLE "public"."gone";
ALTER TABLE "public"."p3" ALTER COLUMN "id" SET NOT NULL;
ALTER TABLE "public"."p3" ALTER COLUMN "at" SET NOT NULL;
CREATE TABLE "public"."p4" (
    "id" integer NOT NULL,
    "at" "date" NOT NULL,
    "v" "text"
)
PARTITION BY LIST ("id");
CREATE TABLE "public"."p4a" (
    "id" integer NOT NULL,
    "at" "date" NOT NULL,
    "v" "text"
);
ALTER TABLE ONLY "public"."p" ATTACH PARTITION "public"."p1" FOR VALUES FROM ('2020-01-01') TO ('2020-07-01');
ALTER TABLE ONLY "public"."p4" ATTACH PARTITION "public"."p4a" FOR VALUES IN (1);
ALTER TABLE ONLY "public"."p3"
    ADD CONSTRAINT "p3_pkey" PRIMARY KEY ("id", "at");
ALTER TABLE ONLY "public"."p4"
    ADD CONSTRAINT "p4_pkey" PRIMARY KEY ("id", "at");
ALTER TABLE ONLY "public"."p4a"
    ADD CONSTRAINT "p4a_pkey" PRIMARY KEY ("id", "at");
CREATE INDEX "p3_v_idx" ON "public"."p3" USING "btree" ("v");
ALTER TABLE ONLY "public"."p" ATTACH PARTITION "public"."p3" FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE INDEX "p4_v_idx" ON ONLY "public"."p4" USING "btree" ("v");
CREATE INDEX "p4a_v_idx" ON "public"."p4a" USING "btree" ("v");
ALTER INDEX "public"."p_pkey" ATTACH PARTITION "public"."p3_pkey";
ALTER INDEX "public"."p_v" ATTACH PARTITION "public"."p3_v_idx";
ALTER INDEX "public"."p4_pkey" ATTACH PARTITION "public"."p4a_pkey";
ALTER INDEX "public"."p4_v_idx" ATTACH PARTITION "public"."p4a_v_idx";
ALTER TABLE ONLY "public"."p" ATTACH PARTITION "public"."p4" FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
ALTER INDEX "public"."p_pkey" ATTACH PARTITION "public"."p4_pkey";
ALTER INDEX "public"."p_v" ATTACH PARTITION "public"."p4_v_idx";
