"""parse_table reads what pg_dump writes for a table."""

from __future__ import annotations

import pytest

from trueup.sql.table import Column, parse_table


def test_columns_carry_type_collation_default_and_not_null_as_postgresql_deparsed_them() -> None:
    table = parse_table(
        'CREATE TABLE "public"."é" (\n'
        '    "id" integer NOT NULL,\n'
        '    "weird ""na,me" character varying(3) DEFAULT \'a,b);--\'::character varying,\n'
        "    \"price\" numeric(10,2)[] DEFAULT '{}'::numeric[] NOT NULL,\n"
        '    "ort" "text" DEFAULT \'x\'::"text" NOT NULL COLLATE "pg_catalog"."C"\n'
        ");\n"
    )
    assert (table.schema, table.name) == ("public", "é")
    assert table.columns == {
        "id": Column("id", "integer", not_null=True),
        'weird "na,me': Column(
            'weird "na,me',
            "character varying(3)",
            default="'a,b);--'::character varying",
        ),
        "price": Column("price", "numeric(10,2)[]", not_null=True, default="'{}'::numeric[]"),
        "ort": Column("ort", '"text"', '"pg_catalog"."C"', not_null=True, default="'x'::\"text\""),
    }


def test_generated_columns_say_their_expression_and_whether_it_is_stored() -> None:
    table = parse_table(
        'CREATE TABLE "s"."t" (\n'
        '    "a" integer,\n'
        '    "b" integer GENERATED ALWAYS AS (("a" * 2)) STORED NOT NULL,\n'
        '    "c" integer GENERATED ALWAYS AS (("a" * 3))\n'
        ");\n"
    )
    assert table.columns["b"].generated == '("a" * 2)'
    assert table.columns["b"].stored and table.columns["b"].not_null
    assert table.columns["c"].generated == '("a" * 3)'
    assert not table.columns["c"].stored


def test_named_not_null_constraints_of_postgresql_18_keep_their_names() -> None:
    table = parse_table(
        'CREATE TABLE "s"."t" (\n'
        '    "a" integer CONSTRAINT "must" NOT NULL NO INHERIT,\n'
        '    CONSTRAINT "inherited" NOT NULL "b"\n'
        ')\nINHERITS ("s"."p", "s"."q");\n'
    )
    assert table.inherits == ('"s"."p"', '"s"."q"')
    assert table.columns["a"].not_null_name == "must"
    assert table.columns["a"].not_null_no_inherit
    assert table.columns["b"] == Column("b", not_null=True, not_null_name="inherited")


def test_constraints_partition_key_and_options_are_read() -> None:
    table = parse_table(
        'CREATE UNLOGGED TABLE "s"."t" (\n'
        '    "a" integer,\n'
        '    CONSTRAINT "a ck" CHECK (("a" > 1)) NO INHERIT,\n'
        '    CONSTRAINT "b" CHECK ((("a" < 9) AND (\'),\' <> \'x\'::"text")))\n'
        ')\nPARTITION BY RANGE ("a", (("a" + 1)))\n'
        "WITH (\"fillfactor\"='30', toast.\"autovacuum_enabled\"='false');\n"
    )
    assert table.persistence == "unlogged"
    assert table.partition_by == 'RANGE ("a", (("a" + 1)))'
    assert table.options == ("\"fillfactor\"='30'", "toast.\"autovacuum_enabled\"='false'")
    assert table.constraints == {
        "a ck": 'CHECK (("a" > 1)) NO INHERIT',
        "b": "CHECK (((\"a\" < 9) AND ('),' <> 'x'::\"text\")))",
    }


def test_the_alters_pg_dump_appends_are_part_of_the_table() -> None:
    table = parse_table(
        'CREATE TABLE "s"."t" (\n    "a" "text"\n)\nINHERITS ("s"."p");\n'
        'ALTER TABLE ONLY "s"."t" ALTER COLUMN "a" SET STATISTICS 5;\n'
        'ALTER TABLE ONLY "s"."t" ALTER COLUMN "a" SET STORAGE PLAIN;\n'
        'ALTER TABLE ONLY "s"."t" ALTER COLUMN "a" SET COMPRESSION pglz;\n'
        'ALTER TABLE ONLY "s"."t" ALTER COLUMN "a" SET (n_distinct=4, n_distinct_inherited=7);\n'
        'ALTER TABLE ONLY "s"."t" ALTER COLUMN "from parent" SET NOT NULL;\n'
        '\nALTER TABLE ONLY "s"."t" REPLICA IDENTITY FULL;\n'
        '\nALTER TABLE ONLY "s"."t" FORCE ROW LEVEL SECURITY;\n'
    )
    assert table.columns["a"] == Column(
        "a",
        '"text"',
        storage="PLAIN",
        compression="pglz",
        statistics="5",
        options=("n_distinct=4", "n_distinct_inherited=7"),
    )
    assert table.columns["from parent"] == Column("from parent", not_null=True)
    assert table.replica_identity == "FULL"
    assert table.row_security_forced
    assert table.not_understood == ()


def test_foreign_tables_carry_server_and_options_of_table_and_columns() -> None:
    table = parse_table(
        'CREATE FOREIGN TABLE "s"."f" (\n    "a" integer DEFAULT 4 NOT NULL\n)\n'
        'SERVER "srv"\nOPTIONS (\n    "u" \'v, w\',\n    "z" \'y\'\n);\n'
        'ALTER FOREIGN TABLE ONLY "s"."f" ALTER COLUMN "a" OPTIONS (\n    "x" \'1\'\n);\n'
    )
    assert table.is_foreign and table.server == "srv"
    assert table.fdw_options == ("\"u\" 'v, w'", "\"z\" 'y'")
    assert table.columns["a"].fdw_options == ("\"x\" '1'",)


def test_typed_tables_have_columns_without_a_type() -> None:
    table = parse_table(
        'CREATE TABLE "s"."t" OF "s"."comp" (\n    "a" NOT NULL,\n    "b" DEFAULT 1\n);\n'
    )
    assert table.of_type == '"s"."comp"'
    assert table.columns["a"] == Column("a", not_null=True)
    assert table.columns["b"] == Column("b", default="1")


def test_access_method_and_tablespace_come_from_the_settings_before_the_table() -> None:
    table = parse_table(
        'SET default_table_access_method = "columnar";\nSET default_tablespace = "fast";\n'
        'CREATE TABLE "s"."t" (\n);\n'
        "SET default_table_access_method = \"heap\";\nSET default_tablespace = '';\n"
    )
    assert (table.access_method, table.tablespace) == ("columnar", "fast")


def test_a_statement_nobody_expected_is_kept_as_not_understood() -> None:
    table = parse_table('CREATE TABLE "s"."t" (\n);\nALTER TABLE "s"."t" SET WITHOUT OIDS;\n')
    assert table.not_understood == ('ALTER TABLE "s"."t" SET WITHOUT OIDS',)


def test_text_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no CREATE TABLE"):
        parse_table('CREATE VIEW "v" AS SELECT 1;')
