ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_p_fkey";
DROP INDEX "public"."p_v";
ALTER TABLE ONLY "public"."p" DROP CONSTRAINT "p_pkey";
DROP VIEW "public"."seen";
ALTER TABLE "public"."p" ALTER COLUMN "id" DROP IDENTITY;
ALTER TABLE "public"."p" RENAME TO "p__trueup_old";
CREATE TABLE "public"."p" (
    "id" integer NOT NULL,
    "at" "date" NOT NULL,
    "v" "text"
)
PARTITION BY RANGE ("at");
CREATE TABLE "public"."p1" (
    "id" integer NOT NULL,
    "at" "date" NOT NULL,
    "v" "text"
);
ALTER TABLE ONLY "public"."p" ATTACH PARTITION "public"."p1" FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
INSERT INTO "public"."p" ("id", "at", "v") SELECT "id", "at", "v" FROM ONLY "public"."p__trueup_old";
DROP TABLE "public"."p__trueup_old";
COMMENT ON TABLE "public"."p" IS 'many';
GRANT SELECT ON TABLE "public"."p" TO PUBLIC;
ALTER TABLE "public"."p" ALTER COLUMN "id" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME "public"."p_id_seq"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
SELECT pg_catalog.setval('"public"."p_id_seq"'::pg_catalog.regclass, pg_catalog.max("id")) FROM "public"."p" HAVING pg_catalog.max("id") >= 1;
CREATE VIEW "public"."seen" AS
 SELECT "v"
   FROM "public"."p";
ALTER TABLE ONLY "public"."p"
    ADD CONSTRAINT "p_pkey" PRIMARY KEY ("id", "at");
ALTER TABLE ONLY "public"."p1"
    ADD CONSTRAINT "p1_pkey" PRIMARY KEY ("id", "at");
CREATE INDEX "p_v" ON ONLY "public"."p" USING "btree" ("v");
CREATE INDEX "p1_v_idx" ON "public"."p1" USING "btree" ("v");
ALTER INDEX "public"."p_pkey" ATTACH PARTITION "public"."p1_pkey";
ALTER INDEX "public"."p_v" ATTACH PARTITION "public"."p1_v_idx";
