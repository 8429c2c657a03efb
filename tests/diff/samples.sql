-- kind: ACCESS METHOD
CREATE ACCESS METHOD "am" TYPE TABLE HANDLER "heap_tableam_handler";

-- kind: ACL
REVOKE ALL ON FUNCTION "public"."f"("a" integer, "b" "text") FROM PUBLIC;

-- kind: ACL
GRANT SELECT ON TABLE "public"."fk" TO "anon";

-- kind: ACL
GRANT SELECT ON TABLE "public"."ft" TO "anon";

-- kind: ACL
GRANT SELECT ON TABLE "public"."idt" TO "anon";

-- kind: ACL
GRANT SELECT ON TABLE "public"."inh" TO "anon";

-- kind: ACL
GRANT SELECT ON TABLE "public"."users" TO "anon";

-- kind: ACL
REVOKE ALL ON TABLE "public"."t" FROM "postgres";
GRANT SELECT ON TABLE "public"."t" TO "postgres" WITH GRANT OPTION;

-- kind: AGGREGATE
CREATE AGGREGATE "public"."agg"(integer) (
    SFUNC = "int4pl",
    STYPE = integer,
    INITCOND = '0'
);

-- kind: BLOB METADATA
SELECT pg_catalog.lo_create('16400');

-- kind: CAST
CREATE CAST ("public"."mood" AS integer) WITH INOUT AS ASSIGNMENT;

-- kind: CHECK CONSTRAINT
ALTER DOMAIN "public"."price"
    ADD CONSTRAINT "price_small" CHECK ((VALUE < (1000)::numeric)) NOT VALID;

-- kind: COLLATION
CREATE COLLATION "public"."col" (provider = libc, locale = 'C');

-- kind: COMMENT
COMMENT ON TABLE "public"."users" IS 'hello';

-- kind: COMMENT
COMMENT ON COLUMN "public"."users"."name" IS 'it''s the name';

-- kind: CONSTRAINT
ALTER TABLE ONLY "public"."fk"
    ADD CONSTRAINT "fk_int4range_excl" EXCLUDE USING "gist" ("int4range"("a", ("a" + 1)) WITH &&);

-- kind: CONSTRAINT
ALTER TABLE ONLY "public"."users"
    ADD CONSTRAINT "users_name_key" UNIQUE ("name");

-- kind: CONSTRAINT
ALTER TABLE ONLY "public"."users"
    ADD CONSTRAINT "users_pkey" PRIMARY KEY ("id");

-- kind: CONVERSION
CREATE CONVERSION "public"."conv" FOR 'LATIN1' TO 'UTF8' FROM "iso8859_1_to_utf8";

-- kind: DEFAULT
ALTER TABLE ONLY "public"."idt" ALTER COLUMN "b" SET DEFAULT "nextval"('"public"."idt_b_seq"'::"regclass");

-- kind: DEFAULT ACL
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT SELECT ON TABLES TO "anon";

-- kind: DEFAULT ACL
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" REVOKE ALL ON FUNCTIONS  FROM PUBLIC;

-- kind: DOMAIN
CREATE DOMAIN "public"."dom" AS "text" NOT NULL DEFAULT 'x'::"text"
	CONSTRAINT "ck" CHECK ((VALUE <> 'y'::"text"));

-- kind: EVENT TRIGGER
CREATE EVENT TRIGGER "evt" ON "ddl_command_end"
         WHEN TAG IN ('CREATE TABLE')
   EXECUTE FUNCTION "public"."evf"();

-- kind: EVENT TRIGGER
CREATE EVENT TRIGGER "e" ON "ddl_command_end"
   EXECUTE FUNCTION "public"."f"();

ALTER EVENT TRIGGER "e" DISABLE;

-- kind: EXTENSION
CREATE EXTENSION IF NOT EXISTS "citext" WITH SCHEMA "public";

-- kind: FK CONSTRAINT
ALTER TABLE ONLY "public"."fk"
    ADD CONSTRAINT "fk_a_fkey" FOREIGN KEY ("a") REFERENCES "public"."users"("id") ON DELETE CASCADE;

-- kind: FOREIGN DATA WRAPPER
CREATE FOREIGN DATA WRAPPER "fdw" OPTIONS (
    "a" 'b'
);

-- kind: FOREIGN TABLE
CREATE FOREIGN TABLE "public"."ft" (
    "a" integer
)
SERVER "srv"
OPTIONS (
    "t" 'tt'
);
ALTER FOREIGN TABLE ONLY "public"."ft" ALTER COLUMN "a" OPTIONS (
    "x" 'y'
);

-- kind: FUNCTION
CREATE FUNCTION "public"."evf"() RETURNS "event_trigger"
    LANGUAGE "plpgsql"
    AS $$begin end$$;

-- kind: FUNCTION
CREATE FUNCTION "public"."f"("a" integer, "b" "text" DEFAULT 'x'::"text") RETURNS integer
    LANGUAGE "sql"
    AS $$select 1$$;

-- kind: FUNCTION
CREATE FUNCTION "public"."g"("a" integer) RETURNS TABLE("x" integer, "y" "text")
    LANGUAGE "plpgsql" IMMUTABLE STRICT SECURITY DEFINER LEAKPROOF COST 5 ROWS 7 PARALLEL SAFE
    SET "search_path" TO 'a', 'b'
    SET "work_mem" TO '1MB'
    AS $$begin
 return; end$$;

-- kind: FUNCTION
CREATE FUNCTION "public"."sqlf"("a" integer) RETURNS integer
    LANGUAGE "sql"
    BEGIN ATOMIC
 SELECT ("a" + 1);
END;

-- kind: FUNCTION
CREATE FUNCTION "public"."trf"() RETURNS "trigger"
    LANGUAGE "plpgsql"
    AS $$begin return new; end$$;

-- kind: FUNCTION
CREATE FUNCTION "public"."trf2"() RETURNS "trigger"
    LANGUAGE "plpgsql"
    AS $$begin return new; end$$;

-- kind: INDEX
CREATE INDEX "i1" ON "public"."users" USING "btree" ("name");

-- kind: INDEX
CREATE INDEX "i2" ON "public"."users" USING "btree" ("lower"("name") "text_pattern_ops" DESC NULLS LAST, "email") INCLUDE ("ref") WHERE ("ref" > 3);

-- kind: INDEX ATTACH
ALTER INDEX "public"."pti" ATTACH PARTITION "public"."pt1_b_idx";

-- kind: MATERIALIZED VIEW
CREATE MATERIALIZED VIEW "public"."mv" AS
 SELECT "id",
    "name"
   FROM "public"."users"
  WITH NO DATA;

-- kind: MATERIALIZED VIEW
SET default_tablespace = "fast";
CREATE MATERIALIZED VIEW "public"."m" WITH ("fillfactor"='50') AS
 SELECT "a"
   FROM "public"."t"
  WITH NO DATA;
SET default_tablespace = '';

-- kind: OPERATOR
CREATE OPERATOR "public".=== (
    FUNCTION = "int4eq",
    LEFTARG = integer,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR("public".===)
);

-- kind: OPERATOR CLASS
CREATE OPERATOR CLASS "public"."oc"
    FOR TYPE integer USING "btree" FAMILY "public"."ofam" AS
    OPERATOR 1 <(integer,integer) ,
    FUNCTION 1 (integer, integer) "btint4cmp"(integer,integer);

-- kind: OPERATOR FAMILY
CREATE OPERATOR FAMILY "public"."ofam" USING "btree";

-- kind: OPERATOR FAMILY
CREATE OPERATOR FAMILY "public"."o" USING "btree";
ALTER OPERATOR FAMILY "public"."o" USING "btree" ADD
    OPERATOR 1 <(integer,bigint);

-- kind: POLICY
CREATE POLICY "p ol" ON "public"."parent" FOR SELECT TO "anon" USING (("id" > 1));

-- kind: POLICY
CREATE POLICY "p2" ON "public"."parent";

-- kind: PROCEDURAL LANGUAGE
CREATE OR REPLACE TRUSTED PROCEDURAL LANGUAGE "plown" HANDLER "pg_catalog"."plpgsql_call_handler" INLINE "pg_catalog"."plpgsql_inline_handler" VALIDATOR "pg_catalog"."plpgsql_validator";

-- kind: PROCEDURE
CREATE PROCEDURE "public"."p"(INOUT "a" integer)
    LANGUAGE "plpgsql"
    AS $$begin end$$;

-- kind: PUBLICATION
CREATE PUBLICATION "pub" WITH (publish = 'insert, update, delete, truncate');

-- kind: PUBLICATION
CREATE PUBLICATION "pub2" WITH (publish = 'insert');

-- kind: PUBLICATION TABLE
ALTER PUBLICATION "pub" ADD TABLE ONLY "public"."users" ("id", "name") WHERE (("id" > 3));

-- kind: PUBLICATION TABLES IN SCHEMA
ALTER PUBLICATION "pub2" ADD TABLES IN SCHEMA "public";

-- kind: ROW SECURITY
ALTER TABLE "public"."parent" ENABLE ROW LEVEL SECURITY;

-- kind: RULE
CREATE RULE "ru" AS
    ON INSERT TO "public"."parent" DO  SELECT 1 AS "?column?";

-- kind: RULE
CREATE OR REPLACE VIEW "public"."left_hand" AS
 SELECT "a"
   FROM "public"."right_hand";

-- kind: SCHEMA
CREATE SCHEMA "aux";

-- kind: SECURITY LABEL
SECURITY LABEL FOR "dummy" ON TABLE "public"."t" IS 'classified';

-- kind: SEQUENCE
ALTER TABLE "public"."idt" ALTER COLUMN "a" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME "public"."idt_a_seq"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- kind: SEQUENCE
CREATE SEQUENCE "public"."idt_b_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- kind: SEQUENCE OWNED BY
ALTER SEQUENCE "public"."idt_b_seq" OWNED BY "public"."idt"."b";

-- kind: SERVER
CREATE SERVER "srv" TYPE 't' VERSION '1' FOREIGN DATA WRAPPER "fdw" OPTIONS (
    "host" 'h',
    "password" 'sekrit'
);

-- kind: SHELL TYPE
CREATE TYPE "public"."token";

-- kind: STATISTICS
CREATE STATISTICS "public"."st" (ndistinct) ON "id", "name" FROM "public"."users";

-- kind: STATISTICS
CREATE STATISTICS "public"."s" ON "a", "b" FROM "public"."t";
ALTER STATISTICS "public"."s" SET STATISTICS 400;

-- kind: SUBSCRIPTION
CREATE SUBSCRIPTION "sub" CONNECTION 'host=x password=sekrit dbname=y' PUBLICATION "a", "b" WITH (connect = false, slot_name = NONE);

-- kind: SUBSCRIPTION TABLE
-- For binary upgrade, must preserve the subscription table.

-- kind: TABLE
CREATE TABLE "public"."fk" (
    "a" integer,
    CONSTRAINT "fk_a_check" CHECK (("a" > 1))
);

-- kind: TABLE
CREATE TABLE "public"."idt" (
    "a" integer NOT NULL,
    "b" integer NOT NULL
);

-- kind: TABLE
CREATE TABLE "public"."parent" (
    "id" integer
);

-- kind: TABLE
CREATE TABLE "public"."inh" (
    "z" integer
)
INHERITS ("public"."parent");

-- kind: TABLE
CREATE TABLE "public"."users" (
    "id" integer NOT NULL,
    "name" "text",
    "email" "text",
    "ref" integer,
    "r" "int4range"
);

-- kind: TABLE
CREATE TABLE "public"."pt" (
    "a" integer,
    "b" integer
)
PARTITION BY LIST ("a");

-- kind: TABLE
CREATE TABLE "public"."pt1" (
    "a" integer,
    "b" integer
);

-- kind: TABLE ATTACH
ALTER TABLE ONLY "public"."pt" ATTACH PARTITION "public"."pt1" FOR VALUES IN (1);

-- kind: TEXT SEARCH CONFIGURATION
CREATE TEXT SEARCH CONFIGURATION "public"."tsc" (
    PARSER = "pg_catalog"."default" );

ALTER TEXT SEARCH CONFIGURATION "public"."tsc"
    ADD MAPPING FOR "asciiword" WITH "english_stem";

ALTER TEXT SEARCH CONFIGURATION "public"."tsc"
    ADD MAPPING FOR "word" WITH "english_stem";

-- kind: TEXT SEARCH DICTIONARY
CREATE TEXT SEARCH DICTIONARY "public"."tsd" (
    TEMPLATE = "pg_catalog"."simple",
    stopwords = 'english' );

-- kind: TEXT SEARCH PARSER
CREATE TEXT SEARCH PARSER "public"."words" (
    START = "prsd_start",
    GETTOKEN = "prsd_nexttoken",
    END = "prsd_end",
    HEADLINE = "prsd_headline",
    LEXTYPES = "prsd_lextype" );

-- kind: TEXT SEARCH TEMPLATE
CREATE TEXT SEARCH TEMPLATE "public"."snow" (
    INIT = "dsnowball_init",
    LEXIZE = "dsnowball_lexize" );

-- kind: TRANSFORM
CREATE TRANSFORM FOR integer LANGUAGE "sql" (FROM SQL WITH FUNCTION "pg_catalog"."varchar_support"("internal"));

-- kind: TRIGGER
CREATE CONSTRAINT TRIGGER "ctr" AFTER INSERT ON "public"."users" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "public"."trf"();

-- kind: TRIGGER
CREATE TRIGGER "tr" BEFORE INSERT ON "public"."users" FOR EACH ROW EXECUTE FUNCTION "public"."trf"();

-- kind: TRIGGER
CREATE TRIGGER "tr2" AFTER UPDATE ON "public"."users" REFERENCING OLD TABLE AS "o" NEW TABLE AS "n" FOR EACH STATEMENT EXECUTE FUNCTION "public"."trf"('a', 'b');

-- kind: TRIGGER
CREATE TRIGGER "tr3" AFTER UPDATE OF "name", "email" ON "public"."users" FOR EACH ROW WHEN (("old"."id" > "new"."id")) EXECUTE FUNCTION "public"."trf"('a', 'b');

-- kind: TRIGGER
CREATE TRIGGER "tr" BEFORE INSERT ON "public"."t" FOR EACH ROW EXECUTE FUNCTION "public"."f"();

ALTER TABLE "public"."t" DISABLE TRIGGER "tr";

-- kind: TYPE
CREATE TYPE "public"."comp" AS (
	"a" integer,
	"b" "text" COLLATE "pg_catalog"."C"
);

-- kind: TYPE
CREATE TYPE "public"."mood" AS ENUM (
    'sad',
    'ok',
    'happy'
);

-- kind: TYPE
CREATE TYPE "public"."rng" AS RANGE (
    subtype = double precision,
    multirange_type_name = "public"."rng_multirange",
    subtype_diff = "float8mi"
);

-- kind: TYPE
CREATE TYPE "public"."token" (
    INTERNALLENGTH = variable,
    INPUT = "public"."token_in",
    OUTPUT = "public"."token_out",
    ALIGNMENT = int4,
    STORAGE = plain
);

-- kind: USER MAPPING
CREATE USER MAPPING FOR "anon" SERVER "srv" OPTIONS (
    "password" 'sekrit',
    "user" 'u'
);

-- kind: VIEW
CREATE VIEW "public"."v" AS
 SELECT "id",
    "name"
   FROM "public"."users";

-- kind: VIEW
CREATE VIEW "public"."v2" WITH ("security_invoker"='true') AS
 SELECT "id"
   FROM "public"."users"
  WHERE ("id" > 1)
  WITH LOCAL CHECK OPTION;
