SET check_function_bodies = off;
CREATE OR REPLACE FUNCTION "public"."f"("a" integer DEFAULT 2) RETURNS integer
    LANGUAGE "plpgsql" IMMUTABLE STRICT SECURITY DEFINER COST 7
    SET "search_path" TO 'pg_catalog'
    AS $$BEGIN RETURN 2; END$$;
CREATE OR REPLACE PROCEDURE "public"."p"(INOUT "n" integer)
    LANGUAGE "sql"
    AS $$SELECT 2$$;
CREATE OR REPLACE AGGREGATE "public"."s"(integer) (
    SFUNC = "int4pl",
    STYPE = integer,
    INITCOND = '5'
);
RESET check_function_bodies;
