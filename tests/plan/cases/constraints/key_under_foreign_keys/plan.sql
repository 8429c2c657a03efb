ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_b_fkey";
ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_a_fkey";
DROP VIEW "public"."v";
ALTER TABLE ONLY "public"."p" DROP CONSTRAINT "p_pkey";
ALTER TABLE ONLY "public"."p" DROP CONSTRAINT "p_b_key";
ALTER TABLE "public"."p" ALTER COLUMN "a" DROP NOT NULL;
ALTER TABLE "public"."p" ALTER COLUMN "b" SET NOT NULL;
ALTER TABLE ONLY "public"."p"
    ADD CONSTRAINT "p_a_key" UNIQUE NULLS NOT DISTINCT ("a");
ALTER TABLE ONLY "public"."p"
    ADD CONSTRAINT "p_pkey" PRIMARY KEY ("b");
CREATE VIEW "public"."v" AS
 SELECT "b",
    "c"
   FROM "public"."p"
  GROUP BY "b";
ALTER TABLE ONLY "public"."t"
    ADD CONSTRAINT "t_a_fkey" FOREIGN KEY ("a") REFERENCES "public"."p"("a");
ALTER TABLE ONLY "public"."t"
    ADD CONSTRAINT "t_b_fkey" FOREIGN KEY ("b") REFERENCES "public"."p"("b");
