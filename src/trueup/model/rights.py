"""Who may do what with an object, read from the entries of a pg_dump archive.

An ACL entry holds the GRANTs and REVOKEs that lead from PostgreSQL's built-in default rights to
those of the object (buildACLCommands in src/fe_utils or bin/pg_dump/dumputils.c), so an object
without one has the default rights: acldefault() in src/backend/utils/adt/acl.c,
https://www.postgresql.org/docs/current/ddl-priv.html. Who granted a right, in which order, and
whether it came from default privileges is not part of it. Membership in roles is not followed:
roles belong to the cluster, and pg_dump does not tell of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from trueup.model.kinds import (
    RELATIONS,
    TABLE_PRIVILEGES,
    kind_named,
    kinds_by_grant_word,
    subject_of_tag,
)
from trueup.model.schema import ObjectKey, Schema, SchemaObject

PUBLIC = "PUBLIC"
_MAINTAIN_SINCE = 17
_KINDS_BY_WORD = kinds_by_grant_word()
_ORDER = {
    name: rank
    for rank, name in enumerate((*TABLE_PRIVILEGES, "MAINTAIN", "EXECUTE", "USAGE", "CREATE"))
}


class Slot(NamedTuple):
    """A privilege on the whole of an object, or on one of its columns."""

    privilege: str
    column: str = ""


Held = Mapping[Slot, bool]  # what a role holds, and whether it may pass it on


@dataclass(frozen=True, slots=True)
class Source:
    """What an archive says of the rights on one object. `present` is whether the object has an
    entry of its own: members of extensions and the schema public have none."""

    owner: str
    texts: tuple[str, ...] = ()
    present: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """What each role was granted on an object, PUBLIC among them, and the owner's own rights.
    `on` is what GRANT calls its kind, where a text says so."""

    owner: str
    roles: Mapping[str, Held]
    on: str = ""

    def effective(self, role: str) -> dict[Slot, bool]:
        """What a role can do: its own rights and everybody's. A right on the whole table stands
        for the same on each of its columns."""
        merged = dict(self.roles.get(PUBLIC, {}))
        for slot, grantable in self.roles.get(role, {}).items():
            merged[slot] = merged.get(slot, False) or grantable
        return {s: passes for s, passes in merged.items() if not _is_covered(s, passes, merged)}

    def may(self, role: str, slot: Slot) -> bool:
        """Whether a role can do this."""
        held = self.effective(role)
        return slot in held or Slot(slot.privilege) in held

    def essence(self, left_out: Collection[str] = ()) -> dict[str, dict[Slot, bool]]:
        """The least that says what every role can do: two objects give the same exactly when all
        roles can do the same with both."""
        everybody = self.effective(PUBLIC)
        found = {PUBLIC: everybody}
        for role in self.roles:
            if role != PUBLIC and role not in left_out:
                held = self.effective(role)
                found[role] = {s: g for s, g in held.items() if g or s not in everybody}
        return {role: held for role, held in found.items() if held}


def in_order(slots: Iterable[Slot]) -> list[Slot]:
    """Privileges in the order in which PostgreSQL's documentation names them."""
    return sorted(slots, key=lambda slot: (_ORDER.get(slot.privilege, len(_ORDER)), slot))


def has_rights(kind: str) -> bool:
    """Whether objects of this kind have rights that can be granted."""
    return bool(kind_named(kind).privileges)


def subject_of(acl: SchemaObject) -> ObjectKey:
    """The object that an ACL entry is about. Its name is that of the object's own entry; only
    where there is none is it taken from the tag."""
    for need in acl.depends_on:
        if has_rights(need.kind):
            return need
    word, name = subject_of_tag(acl.key.name)
    if word == "COLUMN":
        return ObjectKey("TABLE", acl.key.schema, name.rpartition(".")[0])
    return ObjectKey(_KINDS_BY_WORD.get(word, word), acl.key.schema, name)


def sources(schema: Schema) -> dict[ObjectKey, Source]:
    """What is said of the rights on each object, unread: equal sources are equal rights."""
    texts: dict[ObjectKey, list[str]] = {}
    owners = {key: item.owner for key, item in schema.objects.items() if has_rights(key.kind)}
    present = frozenset(owners)
    for key, item in schema.objects.items():
        if key.kind == "ACL":
            subject = subject_of(item)
            owners.setdefault(subject, item.owner)
            texts.setdefault(subject, []).append(item.ddl)
    return {
        subject: Source(owner, tuple(sorted(texts.get(subject, ()))), subject in present)
        for subject, owner in owners.items()
    }


def _is_covered(slot: Slot, grantable: bool, held: Held) -> bool:
    whole = held.get(Slot(slot.privilege))
    return bool(slot.column) and whole is not None and (whole or not grantable)


def all_of(kind: str, major: int) -> tuple[str, ...]:
    """Every privilege that there is on objects of a kind."""
    known = kind_named(kind).privileges
    return (*known, "MAINTAIN") if kind in RELATIONS and major >= _MAINTAIN_SINCE else known


def built_in(subject: ObjectKey, owner: str, major: int) -> dict[str, dict[Slot, bool]]:
    """The rights that an object of this owner has while nothing was granted or revoked."""
    everything = {Slot(name): False for name in all_of(subject.kind, major)}
    roles: dict[str, dict[Slot, bool]] = {owner: dict(everything)} if owner else {}
    if kind_named(subject.kind).open_to_all:
        roles[PUBLIC] = dict(everything)
    if subject == ("SCHEMA", "", "public"):
        # pg_dump takes the rights that initdb gives for built in (getNamespaces in pg_dump.c).
        roles[PUBLIC] = {Slot("USAGE"): False} if major >= 15 else dict(everything)
    return roles
