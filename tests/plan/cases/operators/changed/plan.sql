SET check_function_bodies = off;
SET search_path = '';
DROP VIEW "public"."v";
ALTER TABLE "public"."t" DROP CONSTRAINT "t_a_check";
DROP OPERATOR "public".=== (integer, integer);
DROP CAST (integer AS "public"."p");
CREATE CAST (integer AS "public"."p") WITH INOUT AS ASSIGNMENT;
CREATE OR REPLACE FUNCTION "public"."eq"(integer, integer) RETURNS boolean
    LANGUAGE "sql" IMMUTABLE
    AS $_$SELECT $2 = $1$_$;
CREATE OPERATOR "public".=== (
    FUNCTION = "public"."eq",
    LEFTARG = integer,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR("public".===),
    RESTRICT = "eqsel"
);
CREATE OPERATOR FAMILY "public"."oc" USING "hash";
CREATE OPERATOR CLASS "public"."oc"
    FOR TYPE integer USING "hash" FAMILY "public"."oc" AS
    OPERATOR 1 "public".===(integer,integer) ,
    FUNCTION 1 (integer, integer) "hashint4"(integer);
ALTER TABLE "public"."t"
    ADD CONSTRAINT "t_a_check" CHECK (("a" OPERATOR("public".===) 1));
CREATE VIEW "public"."v" AS
 SELECT ("a" OPERATOR("public".===) 2) AS "same"
   FROM "public"."t";
RESET search_path;
RESET check_function_bodies;
