"""Words for comments and security labels."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Value, phrases
from trueup.diff.words.family import Family, either_of
from trueup.diff.words.tree import Entry
from trueup.sql.quote import plain_name, standard_literal


def comment_words(before: str | None, after: str | None) -> list[str]:
    """From text to text. `IS NULL` stands for a comment that a fresh database has and this one
    has not."""
    return phrases(_comment(before), _comment(after)) or [
        "comment removed" if after else "comment put back"
    ]


def _comment(ddl: str | None) -> Facts:
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.CommentStmt) if ddl else (None, "")
    return (
        {"text": Value(standard_literal(tree.comment))} if tree and tree.comment is not None else {}
    )


def label_words(before: str | None, after: str | None) -> list[str]:
    """Each provider's label."""
    return phrases(_labels(before), _labels(after))


def _labels(ddl: str | None) -> Facts:
    tree: Any
    found: Facts = {}
    for tree, _ in Entry.of(ddl).all(ast.SecLabelStmt) if ddl else ():
        found[f"label of {plain_name(tree.provider or '')}"] = Value(
            standard_literal(tree.label or "")
        )
    return found


WORDS: Family = {
    "COMMENT": either_of(comment_words),
    "SECURITY LABEL": either_of(label_words),
}
