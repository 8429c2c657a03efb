DROP VIEW "public"."w";
DROP VIEW "public"."v";
ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_pkey";
ALTER TABLE "public"."t" ALTER COLUMN "a" DROP NOT NULL;
ALTER TABLE "public"."t" ADD COLUMN "c" integer NOT NULL;
ALTER TABLE ONLY "public"."t"
    ADD CONSTRAINT "t_pkey" PRIMARY KEY ("c");
CREATE VIEW "public"."v" AS
 SELECT "c" AS "a",
    "b"
   FROM "public"."t"
  GROUP BY "c";
CREATE VIEW "public"."w" AS
 SELECT "b"
   FROM "public"."v";
