SET check_function_bodies = off;
SET search_path = '';
DROP VIEW "b"."v";
DROP TABLE "a"."t";
DROP FUNCTION "a"."f"();
DROP TYPE "a"."e";
DROP SCHEMA "a";
CREATE SCHEMA "c";
COMMENT ON SCHEMA "public" IS 'ours';
CREATE TYPE "c"."e" AS ENUM (
    'x'
);
CREATE FUNCTION "c"."f"() RETURNS integer
    LANGUAGE "sql"
    AS $$SELECT 1$$;
CREATE VIEW "b"."v" AS
 SELECT "c"."f"() AS "f";
CREATE TABLE "c"."t" (
    "e" "c"."e"
);
RESET search_path;
RESET check_function_bodies;
