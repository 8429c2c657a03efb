"""Which columns and names a text speaks of."""

from __future__ import annotations

import pytest

from trueup.sql.references import mentions, references

T, U = ("p", "t"), ("p", "u")
COLUMNS = ("a", "b", "c", "k")


@pytest.mark.parametrize(
    ("ddl", "of_t", "of_u"),
    [
        ("CREATE VIEW v AS SELECT t.a, u.b FROM p.t, p.u", "a", "b"),
        ("CREATE VIEW v AS SELECT x.a FROM p.t x JOIN p.u USING (k)", "ak", "k"),
        ("CREATE VIEW v AS SELECT t.* FROM p.t, p.u WHERE u.c > 1", "abck", "c"),
        ("CREATE VIEW v AS SELECT s.a FROM (SELECT t.b AS a FROM p.t) s", "b", ""),
        ("CREATE INDEX i ON p.t (a, (b + 1)) INCLUDE (c) WHERE k > 1", "abck", "abck"),
        ("ALTER TABLE p.t ADD FOREIGN KEY (a) REFERENCES p.u (k)", "a", "ak"),
        ("CREATE POLICY q ON p.t USING (a > 1) WITH CHECK (b > 1)", "ab", "ab"),
        (
            "CREATE TRIGGER x BEFORE UPDATE OF a ON p.t FOR EACH ROW WHEN (old.b <> new.c)"
            " EXECUTE FUNCTION f()",
            "abc",
            "abc",
        ),
        ("CREATE RULE r AS ON INSERT TO p.t DO INSERT INTO p.u (c) VALUES (new.a)", "ac", "ac"),
        ("ALTER PUBLICATION pub ADD TABLE p.t (a) WHERE (b > 1)", "ab", "ab"),
        ("ALTER SEQUENCE s OWNED BY p.t.k", "k", "k"),
        ("GRANT SELECT (a) ON TABLE p.t TO r", "a", "a"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.a FROM p.t; END", "a", ""),
    ],
)  # fmt: skip
def test_columns_are_found_wherever_they_are_named(ddl: str, of_t: str, of_u: str) -> None:
    found = references(ddl)
    assert found.columns_of(T, COLUMNS) == set(of_t)
    assert found.columns_of(U, COLUMNS) >= set(of_u)


def test_names_are_found_in_code_and_in_constants_that_hold_names() -> None:
    words = mentions("SELECT nextval('\"s\".\"my seq\"'::regclass), x OPERATOR(\"s\".===) 'don''t'")
    assert {"nextval", "my seq", "s", "x"} <= words.names
    assert ("s", "my seq") in words.qualified
    assert "===" in words.operators
    assert "don't" in words.literals
    assert "my seq" not in words.bare
