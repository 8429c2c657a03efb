"""What DDL is shown as."""

from __future__ import annotations

import pytest

from trueup.diff.mask import masked
from trueup.model.schema import ObjectKey

MAPPING = """\
CREATE USER MAPPING FOR "anon" SERVER "srv" OPTIONS (
    "password" 'sek''rit',
    "user" 'joe'
);
"""
SERVER = """\
CREATE SERVER "srv" TYPE 't' FOREIGN DATA WRAPPER "fdw" OPTIONS (
    "host" 'h',
    "api_key" 'sekrit'
);
"""
SUBSCRIPTION = (
    'CREATE SUBSCRIPTION "s" CONNECTION \'host=h password=sekrit\' PUBLICATION "p" '
    "WITH (connect = false, slot_name = 's');\n"
)


@pytest.mark.parametrize(
    ("kind", "ddl", "kept"),
    [
        ("USER MAPPING", MAPPING, '"password"'),
        ("SERVER", SERVER, "\"host\" 'h'"),
        ("SUBSCRIPTION", SUBSCRIPTION, "slot_name = 's'"),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_shown(kind: str, ddl: str, kept: str) -> None:
    shown = masked(ObjectKey(kind, "", "x"), ddl)
    assert "sek" not in shown
    assert "rit" not in shown
    assert kept in shown
    assert shown.count("\n") == ddl.count("\n")


def test_even_the_user_of_a_mapping_is_hidden() -> None:
    assert "joe" not in masked(ObjectKey("USER MAPPING", "", "x"), MAPPING)


def test_what_the_lexer_refuses_is_not_shown_at_all() -> None:
    shown = masked(ObjectKey("SERVER", "", "x"), "OPTIONS (password 'sekrit")
    assert shown.startswith("-- not shown")
    assert "sekrit" not in shown


def test_other_kinds_are_shown_as_they_are() -> None:
    ddl = 'CREATE TABLE "t" (\n    "password" "text" DEFAULT \'x\'\n);\n'
    assert masked(ObjectKey("TABLE", "public", "t"), ddl) == ddl
