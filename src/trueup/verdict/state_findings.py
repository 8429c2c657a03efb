"""Saying that an index is invalid or a key switched off, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trueup.diff.words import display
from trueup.model.finding import Finding, Severity, error, warning
from trueup.model.states import InvalidIndex, SwitchedKey
from trueup.sql.quote import plain_name, qualified, quote

# Findings whose next step names objects of the database.
NAMES_OBJECTS = frozenset({"index_invalid", "key_switched_off", "key_switched_on"})
# What REINDEX CONCURRENTLY calls the index that it builds, and the one that it takes the place of:
# https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
_NEW, _OLD = "_ccnew", "_ccold"


def index_finding(index: InvalidIndex, ours: bool, comes: bool) -> Finding:
    """`ours`: the files that the database ran make it; `comes`: other files do."""
    name = display(index.key)
    if index.building:
        return warning(
            "index_building",
            name,
            f"{name} is being built in the database at this moment",
            "look again when that is done",
        )
    if ours:
        return error(
            "index_invalid", name, f"{name} is there but invalid: {_why(index)}", mend(index)
        )
    if comes:
        return warning(
            "index_invalid",
            name,
            f"{name} is there already but invalid, and a pending migration makes it",
            f"drop it before `trueup apply`: {removal(index)}",
        )
    return warning("index_invalid", name, _stray(index, name), f"drop it: {removal(index)}")


def in_the_way(index: InvalidIndex) -> Finding:
    """A file that is about to run makes an index that is there already, and invalid."""
    name = display(index.key)
    if index.building:
        return replace(index_finding(index, False, True), severity=Severity.ERROR)
    return error(
        "index_invalid",
        name,
        f"{name} is there already but invalid, as a CREATE INDEX CONCURRENTLY that failed leaves"
        " it, and a file that would run makes it: that fails, or passes over it (IF NOT EXISTS)",
        f"drop it first: {removal(index)}",
    )


def _why(index: InvalidIndex) -> str:
    if index.partitioned:
        return "not every partition has a valid part of it"
    return "no query uses it; a CREATE INDEX CONCURRENTLY that failed leaves it so"


def mend(index: InvalidIndex) -> str:
    """How to have it valid."""
    name = qualified(index.schema, index.name)
    if index.partitioned:
        return (
            "for each partition without one: CREATE INDEX on it, and then ALTER INDEX"
            f" {name} ATTACH PARTITION with its name; where all have one, the ATTACH of any of them"
        )
    by_hand = f"REINDEX INDEX CONCURRENTLY {name};"
    if index.constraint or index.part:
        return f"take away what made it fail, then build it anew: {by_hand}"
    return (
        "take away what made it fail, then `trueup reconcile --revert --apply` drops it and builds"
        f" it, while writes wait; or by hand, while they go on: {by_hand}"
    )


def removal(index: InvalidIndex) -> str:
    """The statement that takes it away."""
    name = qualified(index.schema, index.name)
    if index.constraint:
        table = qualified(index.table_schema, index.table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {quote(index.name)};"
    if index.part:
        return f"REINDEX INDEX {name}; (a part of a partitioned index goes only with the whole)"
    return f"DROP INDEX {'' if index.partitioned else 'CONCURRENTLY '}{name};"


def _stray(index: InvalidIndex, name: str) -> str:
    on = _place(index.table_schema, index.table)
    stem = index.name.rstrip("0123456789")
    if stem.endswith((_NEW, _OLD)):
        return f"{name} on {on} is invalid: a REINDEX CONCURRENTLY that did not finish left it"
    return (
        f"{name} on {on} is invalid, and no migration makes it: writes pay for it, no query uses it"
    )


def key_finding(key: SwitchedKey) -> Finding:
    """A constraint that does not act in the database as the migrations made it."""
    name = _key(key)
    hints = [f"switch it on (as a superuser): {_enable(key)}"]
    if key.breaking and key.state != "A":
        hints.append(f"rows that break it: {key.breaking};")
    return error(
        "key_switched_off",
        name,
        f"{name} {_STATES[key.state]}: {_consequence(key)}; no migration says so",
        " ".join(hints),
    )


def switched_on(key: SwitchedKey) -> Finding:
    """The other way round."""
    name = _key(key)
    return error(
        "key_switched_on",
        name,
        f"{name} acts in {_place(key.at_schema, key.at)} as it does by default; the migrations"
        f" say that it {_STATES[key.state]}",
        "let a new migration switch it on too (ALTER TABLE ... ENABLE TRIGGER ALL)",
    )


_STATES = {
    "D": "is switched off",
    "R": "acts only where session_replication_role is replica",
    "A": "acts always, whatever session_replication_role is",
}


def _consequence(key: SwitchedKey) -> str:
    events = " and ".join(key.events) or "changes"
    where = _place(key.at_schema, key.at)
    if key.state == "A":
        return f"replicas too react to {events} in {where}"
    return f"{events} in {where} {'go' if len(key.events) > 1 else 'goes'} unchecked"


def _enable(key: SwitchedKey) -> str:
    each: Sequence[str] = [f"ENABLE TRIGGER {quote(name)}" for name in key.triggers]
    return f"ALTER TABLE {qualified(key.at_schema, key.at)} {', '.join(each)};"


def _key(key: SwitchedKey) -> str:
    return f"{key.kind} {plain_name(key.name)} of {_place(key.schema, key.table)}"


def _place(schema: str, table: str) -> str:
    return f"{plain_name(schema)}.{plain_name(table)}"
