SET check_function_bodies = off;
CREATE DOMAIN "public"."price" AS numeric
	CONSTRAINT "price_check" CHECK ((VALUE > (0)::numeric));
CREATE TYPE "public"."size" AS ENUM (
    's',
    'm'
);
CREATE FUNCTION "public"."next"() RETURNS integer
    LANGUAGE "sql"
    AS $$SELECT 1$$;
ALTER TABLE "public"."t" ADD COLUMN "b" integer DEFAULT "public"."next"() NOT NULL;
ALTER TABLE "public"."t" ADD COLUMN "c" "public"."size" DEFAULT 's'::"public"."size";
ALTER TABLE "public"."t" ADD COLUMN "d" "public"."price" DEFAULT 1;
ALTER TABLE "public"."t" ADD COLUMN "e" "text" COLLATE "pg_catalog"."C" DEFAULT 'x'::"text" NOT NULL;
ALTER TABLE "public"."t" ADD COLUMN "f" character varying(9);
ALTER TABLE "public"."t"
    ADD CONSTRAINT "t_f_check" CHECK ((("f")::"text" = ANY ((ARRAY['x'::character varying, 'y'::character varying]))));
RESET check_function_bodies;
