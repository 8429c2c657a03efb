"""What a file opens and never closes, with PostgreSQL's own scanner as the judge."""

from __future__ import annotations

import random

import pytest
from pglast import parser

from folder.conftest import Project
from trueup.folder.migrations import read_folder
from trueup.folder.unclosed import unclosed_findings
from trueup.sql.lexer import never_closed

NAME = "20250101000000_a.sql"
WORDS = (
    "' '' \\ \\' E' e' U&' x' \" \"\" $$ $a$ $1 $ a$b$ a e 1 1e -- /* */ / * - ; ä é' _e' $ä$ ee'"
)
PIECES = (*WORDS.split(), " ", "\n", "--x\n", "'\n'", "E'a'\n'\\''", "\r")


@pytest.mark.parametrize(
    ("text", "place", "opening"),
    [
        ("/* only this", (1, 1), "/*"),
        ("-- a\n;/* a /* b */", (2, 2), "/*"),
        ("SELECT 1; /* it's", (1, 11), "/*"),
        ("SELECT\n  'abc;\nSELECT 1;", (2, 3), "'"),
        ("SELECT E'it\\'s;", (1, 8), "E'"),
        ('SELECT 1 AS "é;', (1, 13), '"'),
        ("SELECT $$a;", (1, 8), "$$"),
        ("SELECT $ä_1$ $$ $a$;", (1, 8), "$ä_1$"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 'x; END;", (1, 53), "'"),
        ("SELECT U&'\\0041;", (1, 10), "'"),
        ("\ufeffSELECT 'a", (1, 8), "'"),
        ("COPY t FROM stdin;\ndon't\n\\.\nSELECT $$a;\n", (4, 8), "$$"),
    ],
)
def test_it_is_an_error_at_its_opening(
    project: Project, text: str, place: tuple[int, int], opening: str
) -> None:
    project.write(NAME, text)
    folder = read_folder(project.folder, project.root)
    (found,) = folder.blocking
    assert found.code == "migration_unclosed"
    assert found.location is not None
    assert (found.location.line, found.location.column) == place
    assert f"opens with {opening} and" in found.message
    assert len(folder.migrations) == 1, "history must not take its row for one without a file"
    assert "migration_only_comments" not in [f.code for f in folder.findings]


@pytest.mark.parametrize(
    "text",
    [
        "/* a /* b */ c */ SELECT 1;",
        "SELECT E'it\\'s', E'\\\\', 'C:\\', '';",
        "SELECT E'a'\n  'it\\'s';",
        "SELECT U&'\\0041', U&\"d\\0061ta\", B'01', x'1F', n'x';",
        "SELECT $a$ $$ ' \" /* $a$, $$'$$, a$b$c, $1;",
        "-- don't /* ' $$\nSELECT 1;",
        "SELECT 1 -- it's\r\n;",
        "COPY t FROM stdin;\ndon't \"\t$$ /*\n\\.\nSELECT 1;",
        "\\echo it's\nSELECT 1;",
        "\\restrict a'b\nSELECT 1;\n\\unrestrict a'b\n",
        "SET standard_conforming_strings = off;\nSELECT 'it\\'s';",
        "SELECT 'it\\'s';",  # right where a database has the setting off: PostgreSQL judges
        "CREATE FUNCTION f() RETURNS text BEGIN ATOMIC SELECT ''';'; END;",
        "SELECT 'a' 'b', 4*-1, 8/2, a->>'b', c #>> '{}', $1$$x$$;",
    ],
)
def test_what_is_closed_is_left_alone(text: str) -> None:
    assert unclosed_findings(text.encode(), "x.sql") == []


def test_the_lexer_agrees_with_postgresql() -> None:
    choice = random.Random(9)
    for _ in range(20_000):
        text = "".join(choice.choice(PIECES) for _ in range(choice.randint(1, 10)))
        try:
            parser.scan(text)
        except parser.ParseError as problem:
            if "unterminated" in str(problem):
                assert never_closed(text) is not None, repr(text)
        else:
            assert never_closed(text) is None, repr(text)
            assert unclosed_findings(text.encode(), "x.sql") == [], repr(text)
