SET check_function_bodies = off;
CREATE FUNCTION "public"."n"() RETURNS integer
    LANGUAGE "plpgsql"
    AS $$BEGIN RETURN (SELECT count(*) FROM t); END$$;
ALTER TABLE "public"."t" ADD COLUMN "b" integer DEFAULT "public"."n"();
CREATE FUNCTION "public"."f"("public"."t") RETURNS integer
    LANGUAGE "sql" IMMUTABLE
    AS $$SELECT 1$$;
CREATE TABLE "public"."u" (
    "a" integer DEFAULT "public"."n"(),
    "r" "public"."t"
);
CREATE FUNCTION "public"."rows_of"() RETURNS SETOF "public"."u"
    LANGUAGE "sql"
    AS $$SELECT * FROM u$$;
RESET check_function_bodies;
