"""Rights as SQL: read from GRANTs and REVOKEs, and written as such."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from trueup.model.kinds import ROUTINES, grant_word
from trueup.model.rights import (
    PUBLIC,
    Rights,
    Slot,
    Source,
    all_of,
    built_in,
    in_order,
)
from trueup.model.schema import ObjectKey
from trueup.sql.names import granted_on
from trueup.sql.quote import plain_name, quote
from trueup.sql.statements import statements


def read_rights(subject: ObjectKey, source: Source, major: int) -> Rights:
    """The rights that a source tells of, on a server of this major version.
    Raises pglast.parser.ParseError for a text that PostgreSQL's parser can't read."""
    roles = built_in(subject, source.owner, major)
    for text in source.texts:
        _run(text, all_of(subject.kind, major), roles)
    return Rights(source.owner, {role: held for role, held in roles.items() if held})


def rights_in(text: str) -> Rights:
    """The rights that a text of GRANTs, as `grants` writes it, gives."""
    roles: dict[str, dict[Slot, bool]] = {}
    on = _run(text, (), roles)
    return Rights("", roles, on)


def grants(subject: ObjectKey, rights: Rights, left_out: Collection[str] = ()) -> str:
    """The rights as GRANTs, one a line, in a fixed order; every privilege by its name."""
    lines: list[str] = []
    for role, held in sorted(rights.essence(left_out).items()):
        for grantable in (False, True):
            named = [s for s, passes in held.items() if passes is grantable]
            if named:
                lines.append(_grant(subject, role, in_order(named), grantable))
    return "".join(f"{line}\n" for line in lines)


def _run(text: str, everything: tuple[str, ...], roles: dict[str, dict[Slot, bool]]) -> str:
    """Carries out the GRANTs and REVOKEs of a text, and says what they are on."""
    tree: Any
    on = ""
    for tree, _ in statements(text):
        if type(tree).__name__ != "GrantStmt":
            continue  # SET SESSION AUTHORIZATION: who grants makes no difference
        on = granted_on(tree)
        for grantee in tree.grantees:
            held = roles.setdefault(_role(grantee), {})
            for slot in _slots(tree, everything):
                _change(held, slot, tree)
    return on


def _change(held: dict[Slot, bool], slot: Slot, tree: Any) -> None:
    if tree.is_grant:
        held[slot] = held.get(slot, False) or bool(tree.grant_option)
    elif tree.grant_option:
        held.update({slot: False} if slot in held else {})
    else:
        held.pop(slot, None)


def _slots(tree: Any, everything: tuple[str, ...]) -> Iterator[Slot]:
    if not tree.privileges:
        yield from (Slot(name) for name in everything)
    for node in tree.privileges or ():
        names = (node.priv_name.upper(),) if node.priv_name else everything
        columns = [column.sval for column in node.cols or ()] or [""]
        yield from (Slot(name, column) for name in names for column in columns)


def _role(node: Any) -> str:
    return str(node.rolename) if node.rolename else PUBLIC


def _grant(subject: ObjectKey, role: str, slots: list[Slot], grantable: bool) -> str:
    what = listed(slots)
    grantee = PUBLIC if role == PUBLIC else quote(role)
    option = " WITH GRANT OPTION" if grantable else ""
    return f"GRANT {what} ON {grant_word(subject.kind)} {sql_name(subject)} TO {grantee}{option};"


def listed(slots: Iterable[Slot]) -> str:
    """Privileges as GRANT and REVOKE list them."""
    return ", ".join(
        f"{slot.privilege} ({quote(slot.column)})" if slot.column else slot.privilege
        for slot in slots
    )


def sql_name(subject: ObjectKey) -> str:
    """An object's name as SQL spells it."""
    name = _routine(subject.name) if subject.kind in ROUTINES else quote(subject.name)
    return f"{quote(subject.schema)}.{name}" if subject.schema else name


def _routine(name: str) -> str:
    """The bare name as SQL spells it; the types of the arguments after it are SQL already."""
    bare, bracket, arguments = name.partition("(")
    return f"{plain_name(bare)}{bracket}{arguments}"
