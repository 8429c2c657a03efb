SET check_function_bodies = off;
DROP FUNCTION "public"."h"("x" integer);
DROP FUNCTION "public"."g"(OUT "a" integer, OUT "b" "text");
DROP FUNCTION "public"."f"("a" integer, "b" integer);
CREATE FUNCTION "public"."f"("a" integer, "b" integer) RETURNS integer
    LANGUAGE "sql"
    AS $$SELECT 1$$;
CREATE FUNCTION "public"."g"(OUT "a" integer, OUT "c" "text") RETURNS "record"
    LANGUAGE "sql"
    AS $$SELECT 1, 'x'$$;
CREATE FUNCTION "public"."h"("y" integer) RETURNS TABLE("a" integer)
    LANGUAGE "sql"
    AS $$SELECT 1$$;
CREATE OR REPLACE FUNCTION "public"."k"("named" integer) RETURNS integer
    LANGUAGE "sql"
    AS $$SELECT 1$$;
RESET check_function_bodies;
