"""Words for privileges: who may now do what, and who may no longer.

An entry holds the GRANTs and REVOKEs that lead from an object's built-in privileges to its own
(buildACLCommands in PostgreSQL's dumputils.c), so a right that is only revoked was built in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pglast import ast

from trueup.diff.words import rights
from trueup.diff.words.family import Family, either_of
from trueup.diff.words.tree import Entry, roles
from trueup.model.kinds import KINDS, RELATIONS, TABLE_PRIVILEGES, grant_word
from trueup.sql.names import granted_on
from trueup.sql.quote import plain_name

# What ALL stands for, by the word of GRANT; tables have MAINTAIN since 17, which the text doesn't
# say, so ALL on a table stays a word of its own unless it must be split.
_ALL: Mapping[str, tuple[str, ...]] = {
    **{grant_word(kind): row.privileges for kind, row in KINDS.items() if kind not in RELATIONS},
    "ROUTINE": ("EXECUTE",),
    "LARGE OBJECT": ("SELECT", "UPDATE"),
}
_NEW: Mapping[str, str] = {
    **{grant_word(kind): row.defaults.lower() for kind, row in KINDS.items() if row.defaults},
    "LARGE OBJECT": "large objects",
}
_EVERYTHING = "ALL"


class _Right(Enum):
    """A right as an entry states it."""

    REVOKED = "revoked"
    GRANTED = "granted"
    GRANTABLE = "grantable"


@dataclass(frozen=True, slots=True)
class _Slot:
    """Who, and on which column ("" for the whole object)."""

    role: str
    column: str = ""


_Said = list[tuple[str, _Right]]  # privileges in the order in which they are revoked and granted


def words(before: str | None, after: str | None) -> list[str]:
    """`anon may now SELECT`, `authenticated may no longer EXECUTE`."""
    return _changes(_read(before), _read(after), "")


def default_words(before: str | None, after: str | None) -> list[str]:
    """`anon may now SELECT on new tables`."""
    tree: Any
    tree, _ = Entry.of(after or before or "").first(ast.AlterDefaultPrivilegesStmt)
    kind = _NEW.get(granted_on(tree.action), "objects")
    return _changes(_read(before), _read(after), f" on new {kind}")


def _read(ddl: str | None) -> dict[_Slot, _Said]:
    said: dict[_Slot, _Said] = {}
    tree: Any
    for tree, _ in Entry.of(ddl).trees if ddl else ():
        grant: Any = tree.action if isinstance(tree, ast.AlterDefaultPrivilegesStmt) else tree
        if isinstance(grant, ast.GrantStmt):
            for role in roles(grant.grantees):
                for privilege, column in _named(grant):
                    said.setdefault(_Slot(role, column), []).append((privilege, _right(grant)))
    return said


def _right(grant: Any) -> _Right:
    if not grant.is_grant:
        return _Right.REVOKED
    return _Right.GRANTABLE if grant.grant_option else _Right.GRANTED


def _named(grant: Any) -> Iterator[tuple[str, str]]:
    """Each privilege with each column it is about."""
    if not grant.privileges:
        yield from ((name, "") for name in _ALL.get(granted_on(grant)) or (_EVERYTHING,))
    for node in grant.privileges or ():
        columns = [plain_name(name.sval) for name in node.cols or ()] or [""]
        name = node.priv_name.upper() if node.priv_name else _EVERYTHING
        yield from ((name, column) for column in columns)


def _changes(before: dict[_Slot, _Said], after: dict[_Slot, _Said], where: str) -> list[str]:
    slots = [*before, *(slot for slot in after if slot not in before)]
    said: list[str] = []
    for slot in slots:
        place = (f" ({slot.column})" if slot.column else "") + where
        said += _spoken(slot.role, place, *_states(before.get(slot, []), after.get(slot, [])))
    return said


def _states(old: _Said, new: _Said) -> tuple[dict[str, _Right], dict[str, _Right]]:
    """Both sides privilege by privilege; ALL is split where a part of it is named on either."""
    named = {name for name, _ in (*old, *new)} - {_EVERYTHING}
    if not named:
        return _folded(old, ()), _folded(new, ())
    # Whoever has all the others and yet not ALL lives on a server that knows MAINTAIN.
    maintain = "MAINTAIN" in named or set(TABLE_PRIVILEGES) <= named
    parts = (*TABLE_PRIVILEGES, "MAINTAIN") if maintain else TABLE_PRIVILEGES
    return _folded(old, parts), _folded(new, parts)


def _folded(said: _Said, parts: tuple[str, ...]) -> dict[str, _Right]:
    """A right that is granted again after it was revoked is as it was built in: pg_dump revokes a
    role's whole built-in entry before it grants what the role has instead."""
    state: dict[str, _Right] = {}
    for name, right in said:
        for part in parts if name == _EVERYTHING and parts else (name,):
            if right is _Right.GRANTED and state.get(part) is _Right.REVOKED:
                del state[part]
            else:
                state[part] = right
    return state


def _spoken(
    role: str, place: str, old: Mapping[str, _Right], new: Mapping[str, _Right]
) -> list[str]:
    found: dict[str, list[str]] = {}
    for name in [*old, *(name for name in new if name not in old)]:
        how = _verb(old.get(name), new.get(name))
        if how:
            found.setdefault(how, []).append(name)
    return [_sentence(role, how, found[how], place) for how in _VERBS if how in found]


_VERBS = (
    "may now {}",
    "may now {} with grant option",
    "may no longer {}",
    "may now grant {} to others",
    "may no longer grant {} to others",
)


def _verb(old: _Right | None, new: _Right | None) -> str | None:
    if old is new:
        return None
    if old in _HELD and new in _HELD:
        return _VERBS[3] if new is _Right.GRANTABLE else _VERBS[4]
    if new is _Right.GRANTABLE:
        return _VERBS[1]
    # What is no longer stated is built in again: held if it was revoked, else not held.
    held = new is _Right.GRANTED or (new is None and old is _Right.REVOKED)
    return _VERBS[0] if held else _VERBS[2]


_HELD = (_Right.GRANTED, _Right.GRANTABLE)


def _sentence(role: str, how: str, names: list[str], place: str) -> str:
    rights = ", ".join(names) + place
    if names == [_EVERYTHING]:
        rights = f"do {'anything' if 'no longer' in how else 'everything'} (ALL){place}"
        rights = rights if how in (_VERBS[0], _VERBS[1], _VERBS[2]) else f"ALL{place}"
    return f"{role} {how.format(rights)}"


WORDS: Family = {
    "ACL": either_of(words),
    "DEFAULT ACL": either_of(default_words),
    "PRIVILEGES": rights.words,
}
