"""Splitting files as psql reads them; postgres/test_psql.py compares it with psql itself."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pglast import parser

from trueup.errors import StatementFailed
from trueup.sql.lexer import skip_blank, split_statements
from trueup.sql.script import CopyIn, Meta, Sql, may_be_script, read_script, split_script


def metas(text: str) -> list[tuple[str, str]]:
    return [(c.command, c.argument) for c in split_script(text) if isinstance(c, Meta)]


def copies(text: str) -> list[CopyIn]:
    return [chunk for chunk in split_script(text) if isinstance(chunk, CopyIn)]


SOUP = st.lists(
    st.sampled_from(
        [
            *("'", "''", '"', "$$", "$a$", "$1", "\\", "\\\\", ";", "--", "/*", "*/", "(", ")"),
            *("E'", "U&'", "b'", "e", "a", "1", " ", "\n", "\r\n", "\t", ":", "::", ":x", "é"),
            *("create function", "begin", "atomic", "case", "end", "COPY t FROM stdin;\n", "\\.\n"),
            *("\\echo", "\\set x", "\n\\i f", "select", ",", "=", "+", "-", "/", "[1:2]"),
        ]
    ),
    max_size=30,
).map("".join)


@given(SOUP)
@settings(max_examples=300, deadline=None)
def test_the_chunks_put_together_are_the_file(text: str) -> None:
    chunks = split_script(text)
    assert "".join(chunk.text for chunk in chunks) == text
    offset = 0
    for chunk in chunks:
        assert chunk.offset == offset
        offset += len(chunk.text)


@given(SOUP)
@settings(max_examples=300, deadline=None)
def test_what_goes_to_the_server_keeps_its_place(text: str) -> None:
    try:
        script = read_script(text, "f.sql")
    except StatementFailed as error:
        assert error.code == "psql_command_unsupported"
        return
    assert len(script.sql) == len(text)
    assert all(
        sent == given or (sent == " " and given != "\n")
        for sent, given in zip(script.sql, text, strict=True)
    )


PARSABLE = st.lists(
    st.sampled_from(
        [
            *(
                "select 1",
                "select 'a'",
                "select e'\\\\'",
                "select (",
                ")",
                "; ",
                ";\n",
                "--x\n",
                "'b'",
            ),
            *("$$;$$", "$a$ $$ ; $a$", "/*;*/", "/* /*;*/ */", '";"', "\n", " ", ", 1", "e'\\';'"),
            *("u&';'", "x''", "-1", "a$b", "+", "create function f() returns int begin atomic "),
            *(" end", "case 1 when 1 then 2 end", "create rule r as on insert to t do (", "select"),
        ]
    ),
    max_size=12,
).map("".join)


@given(SOUP | PARSABLE)
@settings(max_examples=1000, deadline=None)
@example("select e'a'\n'b\\';' , 1; select 2")
@example("select 1 as a$$a; select $$b")
@example("select u&'a;' uescape '!'; select 1")
def test_statements_end_where_postgresqls_parser_ends_them(text: str) -> None:
    try:
        expected = parser.split(text, only_slices=True)
    except parser.ParseError:
        return  # not SQL, so nothing to agree on
    assert [text[part].rstrip() for part in split_statements(text)] == [
        text[skip_blank(text, part.start) : part.stop].rstrip() for part in expected
    ]


def quoted(body: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [
            "'" + body.replace("'", "''") + "'",
            "E'" + body.replace("\\", "\\\\").replace("'", "\\'") + "'",
            "$q$" + body.replace("$", "") + "$q$",
            '1 AS "' + (body.replace('"', '""').replace("\0", "") or "x") + '"',
            "1 /* " + body.replace("/", "") + " */",
            "1 --" + body.replace("\n", " ").replace("\r", " ") + "\n",
        ]
    )


VALUES = st.text(st.sampled_from(";'\"$\\ab-/* \n:()é"), max_size=10).flatmap(quoted)


@given(st.lists(VALUES, max_size=6), st.sampled_from([";", " ;\n", ";;", ";\r\n-- x\n"]))
@settings(max_examples=300, deadline=None)
def test_nothing_quoted_ends_a_statement(values: list[str], end: str) -> None:
    text = "".join(f"SELECT {value}{end}" for value in values)
    expected = parser.split(text, only_slices=True)
    assert len(expected) == len(values)
    assert [part.start for part in split_statements(text)] == [
        skip_blank(text, part.start) for part in expected
    ]
    assert all(isinstance(chunk, Sql) for chunk in split_script(text))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; END",
        "create or replace procedure p() begin atomic select 1; select 2; end",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)",
    ],
)
def test_semicolons_inside_a_body_do_not_end_it(text: str) -> None:
    assert [f"{text};SELECT 1"[part] for part in split_statements(f"{text};SELECT 1")] == [
        text,
        "SELECT 1",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '\n\\i f\n';",
        'SELECT 1 AS "\n\\i f\n";',
        "SELECT $$\n\\i f\n$$;",
        "SELECT $a$ $$ \n\\i f\n$a$;",
        "SELECT E'it\\'s\n\\i f\n';",
        "SELECT E'a' -- x\n  '\n\\\\i f\\'\n';",
        "/* a /* b */\n\\i f\n*/",
        "-- \\i f\n",
        "SELECT U&'\n\\i f';",
    ],
)
def test_a_backslash_inside_of_something_is_no_command(text: str) -> None:
    assert split_script(text) == (Sql(text, 0),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "\\restrict aB1\nSELECT 1;\n\\unrestrict aB1\n",
            [("restrict", "aB1"), ("unrestrict", "aB1")],
        ),
        ("SELECT 1 \\gexec\n", [("gexec", "")]),
        ("SELECT (1\n\\echo 'a\\b' \"c\\d\"\n);", [("echo", "'a\\b' \"c\\d\"")]),
        ("\\echo a \\\\ SELECT 1; \\echo b\n", [("echo", "a"), ("echo", "b")]),
        ("\\set a 1 \\set b 2\r\n", [("set", "a 1"), ("set", "b 2")]),
        ("\\! echo \\\\ all of it\n", [("!", "echo \\\\ all of it")]),
        ("foo$$\\i f\n", [("i", "f")]),
        ("SELECT 'a' 'b\\' \\echo c", [("echo", "c")]),
        ("SELECT 1 \\; SELECT 2;", []),
    ],
)
def test_commands_are_found_where_psql_finds_them(text: str, found: list[tuple[str, str]]) -> None:
    assert metas(text) == found


def test_the_line_of_a_command_is_known() -> None:
    (meta,) = [chunk for chunk in split_script("a\n\r\n 'b\n' \\i x") if isinstance(chunk, Meta)]
    assert (meta.line, meta.offset) == (4, 10)


def test_data_follows_the_line_of_its_copy() -> None:
    text = "COPY t (a) FROM stdin; -- so\n1;\n\\i no\n\\.\nSELECT 1;\n"
    (copy,) = copies(text)
    assert (copy.statement, copy.relation) == ("COPY t (a) FROM stdin", "t")
    assert (copy.data, copy.text, copy.line) == ("1;\n\\i no\n", "1;\n\\i no\n\\.\n", 2)
    assert read_script(text, "f").sql == (
        "COPY t (a) FROM stdin; -- so\n  \n     \n  \nSELECT 1;\n"
    )


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("COPY t FROM STDIN;\n\\.\n", ""),
        ("copy s.t from stdin with (format csv, header);\r\n1\r\n\\.\r\n", "1\r\n"),
        ("COPY t FROM stdin;\n1\n2", "1\n2"),
        ("COPY t FROM stdin;\n1\n\\.", "1\n"),
        ("COPY t FROM stdin;", ""),
        ("COPY t\n\\echo x\nFROM stdin;\n'1\n\\.\n", "'1\n"),
        ("COPY t FROM stdin CSV QUOTE ';';\n1\n\\.\n", "1\n"),
        ("COPY t FROM stdin;\n\\.x\n \\.\n\\.\n", "\\.x\n \\.\n"),
    ],
)
def test_data_ends_as_psql_ends_it(text: str, data: str) -> None:
    assert [copy.data for copy in copies(text)] == [data]


@pytest.mark.parametrize(
    "text",
    [
        "COPY t TO stdout;\n1\n",
        "COPY t FROM '/stdin';\n",
        "COPY t FROM PROGRAM 'stdin';\n",
        "SELECT 'COPY t FROM stdin;';\n",
        "CREATE TABLE stdin ();\nSELECT 1;\n",
        "-- COPY t FROM stdin;\n",
    ],
)
def test_nothing_else_takes_data(text: str) -> None:
    assert copies(text) == []


@pytest.mark.parametrize(
    "line",
    [
        *("\\restrict x", "\\unrestrict x", "\\echo hi", "\\qecho hi", "\\warn hi", "\\timing"),
        *("\\timing on", "\\pset format csv", "\\encoding UTF8", "\\encoding 'utf-8'", "\\."),
        *("\\set ON_ERROR_STOP on", "\\set x 1", "\\unset x", "\\dt", "\\d+ t", "\\x", "\\l"),
    ],
)
def test_commands_that_change_nothing_are_passed_over(line: str) -> None:
    assert read_script(f"{line}\nSELECT 1;", "f").sql == " " * len(line) + "\nSELECT 1;"


@pytest.mark.parametrize(
    "line",
    [
        *("\\i f", "\\ir f", "\\include f", "\\c db", "\\connect db", "\\gexec", "\\g", "\\gset"),
        *("\\copy t from 'f'", "\\if true", "\\endif", "\\! ls", "\\q", "\\r", "\\encoding LATIN1"),
        *(
            "\\set AUTOCOMMIT off",
            "\\set ON_ERROR_ROLLBACK on",
            "\\nonsense",
            "\\lo_import f",
            "\\",
        ),
    ],
)
def test_commands_that_change_what_runs_are_refused_with_advice(line: str) -> None:
    with pytest.raises(StatementFailed) as caught:
        read_script(f"SELECT 1;\n  {line}\n", "f.sql")
    error = caught.value
    assert (error.code, str(error.location)) == ("psql_command_unsupported", "f.sql:2:3")
    assert error.hint


@pytest.mark.parametrize(
    ("use", "refused"),
    [
        ("SELECT :v", True),
        ("SELECT :'v'", True),
        ('SELECT :"v"', True),
        ("SELECT a[1:v]", True),
        ("SELECT 1::v", False),
        ("SELECT ':v', $$:v$$ /* :v */ -- :v", False),
        ("SELECT :w", False),
        ("x := v", False),
    ],
)
def test_a_variable_counts_only_where_psql_would_fill_it_in(use: str, refused: bool) -> None:
    text = f"\\set v 1\n{use}\n"
    if refused:
        with pytest.raises(StatementFailed, match="variable v"):
            read_script(text, "f")
    else:
        assert read_script(text, "f").sql.strip() == use
    assert read_script(text.replace("\\set", "\\unset"), "f").sql.strip() == use


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("\\restrict x\nSELECT 1;", True),
        ("SELECT 1;\n\t\\echo", True),
        ("SELECT 1;", False),
        ("SELECT '\\d+';", False),
    ],
)
def test_the_cheap_test_sees_commands_on_lines_of_their_own(text: str, verdict: bool) -> None:
    assert may_be_script(text) is verdict
