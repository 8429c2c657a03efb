SET check_function_bodies = off;
CREATE OR REPLACE VIEW "public"."v" AS
SELECT
    NULL::integer AS "a";
DROP FUNCTION "public"."f"();
DROP VIEW "public"."v";
CREATE TABLE "public"."t" (
    "a" integer
);
CREATE VIEW "public"."v" AS
 SELECT "a"
   FROM "public"."t";
RESET check_function_bodies;
