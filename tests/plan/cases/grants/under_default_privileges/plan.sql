SET check_function_bodies = off;
DROP VIEW "public"."v";
CREATE FUNCTION "public"."f"() RETURNS integer
    LANGUAGE "sql"
    AS $$SELECT 1$$;
GRANT ALL ON FUNCTION "public"."f"() TO PUBLIC;
CREATE TABLE "public"."u" (
    "id" integer NOT NULL
);
REVOKE SELECT ON TABLE "public"."u" FROM "pg_monitor";
CREATE SEQUENCE "public"."u_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
REVOKE ALL ON SEQUENCE "public"."u_id_seq" FROM "pg_monitor";
ALTER SEQUENCE "public"."u_id_seq" OWNED BY "public"."u"."id";
CREATE VIEW "public"."v" AS
 SELECT 'x'::"text" AS "a";
REVOKE SELECT ON TABLE "public"."v" FROM "pg_monitor";
ALTER TABLE ONLY "public"."u" ALTER COLUMN "id" SET DEFAULT "nextval"('"public"."u_id_seq"'::"regclass");
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON SEQUENCES FROM "pg_monitor";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT USAGE ON SEQUENCES TO "pg_monitor";
RESET check_function_bodies;
