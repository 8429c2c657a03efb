"""What an edit of a migration changed: its statements, or only comments and white space.

Texts are compared as PostgreSQL's parser reads them, with every position removed. A fingerprint
would be shorter but leaves constants out, and a changed default is a changed migration.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from trueup.sql.lexer import skip_blank

# Integers that only say where in the text a node stood (PostgreSQL 18: nodes/parsenodes.h,
# primnodes.h). CreateTableSpaceStmt has a `location` too, a path: that one is text and counts.
_POSITIONS = frozenset(
    (
        "location",
        "stmt_location",
        "stmt_len",
        "list_start",
        "list_end",
        "rexpr_list_start",
        "rexpr_list_end",
    )
)


@dataclass(frozen=True, slots=True)
class Edit:
    """How two texts of one migration differ.

    `changed` counts statements changed, added or removed: none means that only comments and white
    space moved. `line` is where the first of them stands in the new text (from 1), None where it
    was removed from the end.
    """

    changed: int
    statements: int
    line: int | None = None

    @property
    def cosmetic(self) -> bool:
        """Whether PostgreSQL would run the very same statements."""
        return self.changed == 0


def compare_texts(old: str, new: str) -> Edit | None:
    """What changed from `old` to `new`; None where the parser can't read one of them (psql
    commands, COPY data): then nothing is known."""
    old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    before, after = _parse(old), _parse(new)
    if before is None or after is None:
        return None
    matcher = SequenceMatcher(None, _trees(before), _trees(after), autojunk=False)
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    changed = sum(max(block[2] - block[1], block[4] - block[3]) for block in blocks)
    line = _line_of(new, after, blocks[0][3]) if blocks else None
    return Edit(changed, len(after), line)


def statements_key(text: str) -> str | None:
    """Equal for texts of the same statements, comments and white space aside; None where there
    are no statements, or the parser can't read them."""
    statements = _parse(text.replace("\r\n", "\n"))
    if not statements:
        return None
    return hashlib.sha256("\n".join(_trees(statements)).encode()).hexdigest()


def _parse(text: str) -> list[dict[str, Any]] | None:
    from pglast import parser  # 60 ms to import, and rarely needed

    try:
        return list(json.loads(parser.parse_sql_json(text)).get("stmts", ()))
    except parser.ParseError:
        return None


def _trees(statements: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(_without_positions(item.get("stmt")), sort_keys=True) for item in statements]


def _without_positions(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _without_positions(value)
            for key, value in node.items()
            if not (key in _POSITIONS and isinstance(value, int))
        }
    if isinstance(node, list):
        return [_without_positions(item) for item in node]
    return node


def _line_of(text: str, statements: list[dict[str, Any]], index: int) -> int | None:
    """The line on which a statement's first word stands (a statement begins with the comments
    before it, which are not what changed)."""
    if index >= len(statements):
        return None
    start = statements[index].get("stmt_location", 0)  # in bytes
    at = len(text.encode()[:start].decode())
    return text.count("\n", 0, skip_blank(text, at)) + 1
