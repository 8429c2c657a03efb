from __future__ import annotations

import pytest

from trueup.sql.statements import statement_slices
from trueup.sql.transactions import Form, Shape, begin_offset, form_of


@pytest.mark.parametrize(
    ("sql", "form"),
    [
        ("", Form(Shape.PLAIN)),
        ("SELECT 1", Form(Shape.PLAIN)),
        ("CREATE TABLE t (x int) -- COMMIT;", Form(Shape.PLAIN)),
        ("CREATE TEMP TABLE t () ON COMMIT DROP; SELECT 'COMMIT;'", Form(Shape.PLAIN)),
        ("SELECT 1 AS commit, 2 AS rollback;", Form(Shape.PLAIN)),
        ("DO $$ BEGIN COMMIT; END $$", Form(Shape.PLAIN)),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;",
            Form(Shape.PLAIN),
        ),
        ("SAVEPOINT a; ROLLBACK TO a; RELEASE a;", Form(Shape.PLAIN)),
        ("PREPARE p AS SELECT 1; COMMIT PREPARED 'x'", Form(Shape.PLAIN)),
        ("BEGIN; SELECT 1; COMMIT;", Form(Shape.WRAPPED, 0, 17)),
        ("BEGIN; SELECT 1; END; -- COMMIT", Form(Shape.WRAPPED, 0, 17)),
        ("/* x */ start transaction;commit", Form(Shape.WRAPPED, 8, 26)),
        ("SET a.b = 1; BEGIN; SAVEPOINT a; ROLLBACK TO a; COMMIT", Form(Shape.WRAPPED, 13, 48)),
        ("SELECT 1; COMMIT", Form(Shape.WRAPPED, None, 10)),
        ("BEGIN; COMMIT; SELECT 1", Form(Shape.OWN)),
        ("BEGIN; COMMIT; BEGIN; COMMIT", Form(Shape.OWN)),
        ("BEGIN; ROLLBACK", Form(Shape.OWN, end=7)),
        ("BEGIN; ABORT;", Form(Shape.OWN, end=7)),
        ("BEGIN; PREPARE TRANSACTION 'x'", Form(Shape.OWN)),
        ("BEGIN; ROLLBACK; BEGIN; COMMIT", Form(Shape.OWN)),
        ("BEGIN; SELECT 'the end'", Form(Shape.OPEN, 0)),
        ("BEGIN; COMMIT;  BEGIN", Form(Shape.OPEN, 16)),
        ("BEGIN; COMMIT AND CHAIN", Form(Shape.OPEN, 7)),
        ("BEGIN; COMMIT AND CHAIN; COMMIT", Form(Shape.OWN)),
    ],
)
def test_the_shape_of_a_file_is_what_the_parser_says(sql: str, form: Form) -> None:
    assert form_of(sql) == form


def test_text_that_another_version_understands_is_split_all_the_same() -> None:
    sql = "BEGIN; SELECT ?? FROM; INSERT INTO t VALUES ('a;b'); COMMIT;"
    assert [sql[part] for part in statement_slices(sql)] == [
        "BEGIN",
        "SELECT ?? FROM",
        "INSERT INTO t VALUES ('a;b')",
        "COMMIT",
    ]
    assert form_of(sql) == Form(Shape.WRAPPED, 0, 53)


def test_slices_leave_out_comments_and_empty_statements() -> None:
    sql = "; -- x;\n /* a; /* b; */ */ SELECT ';' ;; -- y\n$$;$$ ;"
    assert [sql[part].strip() for part in statement_slices(sql)] == ["SELECT ';'", "$$;$$"]


def test_the_begin_that_nothing_ends_is_found() -> None:
    assert begin_offset("SELECT 1; BEGIN; SELECT 2") == 10
    assert begin_offset("BEGIN; COMMIT") is None
