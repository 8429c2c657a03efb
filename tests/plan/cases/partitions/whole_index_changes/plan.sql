DROP INDEX "public"."u";
DROP INDEX "public"."i";
ALTER TABLE "public"."p" ALTER COLUMN "id" SET NOT NULL;
ALTER TABLE "public"."p" ALTER COLUMN "k" SET NOT NULL;
ALTER TABLE ONLY "public"."p"
    ADD CONSTRAINT "pk" PRIMARY KEY ("k", "id");
ALTER TABLE ONLY "public"."pa"
    ADD CONSTRAINT "pa_pkey" PRIMARY KEY ("k", "id");
ALTER TABLE ONLY "public"."pb"
    ADD CONSTRAINT "pb_pkey" PRIMARY KEY ("k", "id");
ALTER TABLE ONLY "public"."pb1"
    ADD CONSTRAINT "pb1_pkey" PRIMARY KEY ("k", "id");
CREATE INDEX "i" ON ONLY "public"."p" USING "btree" ("id" DESC);
CREATE INDEX "pa_own" ON "public"."pa" USING "btree" ("id");
CREATE INDEX "pb_id_idx" ON ONLY "public"."pb" USING "btree" ("id" DESC);
CREATE INDEX "pb1_id_idx" ON "public"."pb1" USING "btree" ("id" DESC);
ALTER INDEX "public"."i" ATTACH PARTITION "public"."pa_own";
ALTER INDEX "public"."pk" ATTACH PARTITION "public"."pa_pkey";
ALTER INDEX "public"."pb_id_idx" ATTACH PARTITION "public"."pb1_id_idx";
ALTER INDEX "public"."pb_pkey" ATTACH PARTITION "public"."pb1_pkey";
ALTER INDEX "public"."i" ATTACH PARTITION "public"."pb_id_idx";
ALTER INDEX "public"."pk" ATTACH PARTITION "public"."pb_pkey";
