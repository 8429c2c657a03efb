"""The verdict per object, from what each side says of it.

The database edge compares the database with what the files it has applied give (`applied`); the
file edge compares schema.sql with what all files give (`migrations`), and so does the edge of the
declarative files. Pending files make the two replays differ; that alone is no drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trueup.model.schema import ObjectKey, Schema


class Verdict(StrEnum):
    """What the sides say together; each value is a word of the contract."""

    IN_SYNC = "in_sync"
    DATABASE_CHANGED = "database_changed"
    SCHEMA_FILE_STALE = "schema_file_stale"
    MIGRATION_MISSING = "migration_missing"
    DIVERGED = "diverged"
    SCHEMA_FILE_MISMATCH = "schema_file_mismatch"
    DECLARATIVE_DIFFERS = "declarative_differs"


FILE_MOVED = frozenset({Verdict.SCHEMA_FILE_STALE, Verdict.SCHEMA_FILE_MISMATCH})


@dataclass(frozen=True, slots=True)
class Sides:
    """The schemas to compare. A side that was not asked for, or that is not there, is None."""

    migrations: Schema
    applied: Schema
    schema_file: Schema | None = None
    database: Schema | None = None
    declarative: Schema | None = None

    def there(self) -> dict[str, Schema]:
        """The sides that there are, by their names."""
        named = {name: getattr(self, name) for name in Sides.__dataclass_fields__}
        return {name: schema for name, schema in named.items() if schema is not None}

    def keys(self) -> set[ObjectKey]:
        """Every object that any side has."""
        return {key for schema in self.there().values() for key in schema}


@dataclass(frozen=True, slots=True)
class Said:
    """What each side says of one object, None where it lacks it; `asked` names the sides that
    are compared with the replay."""

    migrations: str | None
    applied: str | None
    schema_file: str | None = None
    database: str | None = None
    declarative: str | None = None
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Drift:
    """One object on which the sides do not agree, each with its DDL or None where absent. `said`
    is what to say where the DDL does not tell (verdict/states.py)."""

    key: ObjectKey
    verdict: Verdict
    cause: str
    remedies: tuple[str, ...]
    migrations: str | None
    applied: str | None
    schema_file: str | None
    database: str | None
    declarative: str | None = None
    said: tuple[str, ...] = ()

    def moved(self) -> tuple[str | None, str | None]:
        """The DDL that the migrations give, and that of the side that is not there with them:
        the database where it moved, else schema.sql, else the declarative files."""
        if self.verdict in FILE_MOVED:
            return self.migrations, self.schema_file
        if self.verdict is Verdict.DECLARATIVE_DIFFERS:
            return self.migrations, self.declarative
        return self.applied, self.database


def judge(sides: Sides) -> tuple[Drift, ...]:
    """Every object that is not in sync, ordered by key."""
    there = sides.there()
    asked = frozenset(there)
    found = (
        weigh(key, Said(**{name: side.ddl(key) for name, side in there.items()}, asked=asked))
        for key in sorted(sides.keys())
    )
    return tuple(item for item in found if item.verdict is not Verdict.IN_SYNC)


def weigh(key: ObjectKey, said: Said) -> Drift:
    """The verdict on one object, in_sync among them."""
    verdict = _verdict(said)
    return Drift(
        key,
        verdict,
        _cause(verdict, said),
        _remedies(verdict, said),
        said.migrations,
        said.applied,
        said.schema_file,
        said.database,
        said.declarative,
    )


def _verdict(said: Said) -> Verdict:
    file_moved = "schema_file" in said.asked and said.schema_file != said.migrations
    live_moved = "database" in said.asked and said.database != said.applied
    declared = "declarative" in said.asked and said.declarative != said.migrations
    if file_moved and live_moved:
        agree = said.schema_file == said.database
        return Verdict.MIGRATION_MISSING if agree else Verdict.DIVERGED
    if live_moved:
        agree = declared and said.declarative == said.database
        return Verdict.MIGRATION_MISSING if agree else Verdict.DATABASE_CHANGED
    if file_moved:
        has_database = "database" in said.asked
        return Verdict.SCHEMA_FILE_STALE if has_database else Verdict.SCHEMA_FILE_MISMATCH
    return Verdict.DECLARATIVE_DIFFERS if declared else Verdict.IN_SYNC


_REMEDIES: dict[Verdict, tuple[str, ...]] = {
    Verdict.IN_SYNC: (),
    Verdict.DATABASE_CHANGED: ("adopt", "revert"),
    Verdict.SCHEMA_FILE_STALE: ("regenerate",),
    Verdict.MIGRATION_MISSING: ("adopt", "revert", "regenerate"),
    Verdict.DIVERGED: ("adopt", "revert", "regenerate"),
    Verdict.SCHEMA_FILE_MISMATCH: ("regenerate",),
    Verdict.DECLARATIVE_DIFFERS: ("adopt",),
}


# Where a pending file has a say in it, neither of them is right.
_MENDS_DATABASE = frozenset({"adopt", "revert"})
PENDING_SAYS_IT = "a pending migration says this, and it is in the database already"
SETTLE_IT = "apply that first, or mark it as applied where it ran"


def _remedies(verdict: Verdict, said: Said) -> tuple[str, ...]:
    offered = _REMEDIES[verdict]
    if not _is_pending(verdict, said):
        return offered
    rest = tuple(word for word in offered if word not in _MENDS_DATABASE)
    return ("mark-applied", *rest) if said.database == said.migrations else rest


def _is_pending(verdict: Verdict, said: Said) -> bool:
    """Whether the database moved where a pending file moves something too."""
    moved = "revert" in _REMEDIES[verdict] and said.database != said.applied
    return moved and said.migrations != said.applied


def _cause(verdict: Verdict, said: Said) -> str:
    also = "declarative" in said.asked and said.declarative != said.migrations
    if not also or verdict in (Verdict.DECLARATIVE_DIFFERS, Verdict.MIGRATION_MISSING):
        return _why(verdict, said)
    return f"{_why(verdict, said)}; the declarative files differ from the migrations too"


def _why(verdict: Verdict, said: Said) -> str:
    if _is_pending(verdict, said):
        if said.database == said.migrations:
            return PENDING_SAYS_IT
        how = _what(said.applied, said.database)
        return f"{how} in the database, and a pending migration changes it too: {SETTLE_IT}"
    if verdict is Verdict.DATABASE_CHANGED:
        return f"{_what(said.applied, said.database)} by hand in the database; no migration says it"
    if verdict is Verdict.SCHEMA_FILE_STALE:
        if said.schema_file == said.applied:
            return "schema.sql was not regenerated since the newest migrations were added"
        return "schema.sql was not regenerated, or was edited by hand"
    if verdict is Verdict.MIGRATION_MISSING:
        return _who_says_it(said)
    return _WHY.get(verdict, "")


def _who_says_it(said: Said) -> str:
    if "schema_file" not in said.asked or said.schema_file != said.database:
        return "the declarative files and the database say this, no migration does"
    return (
        "the change was made in the database and dumped into schema.sql but no migration "
        "says it; or a migration was edited or deleted"
    )


_WHY = {
    Verdict.SCHEMA_FILE_MISMATCH: (
        "schema.sql was not regenerated or was edited by hand, or a migration is missing"
    ),
    Verdict.DECLARATIVE_DIFFERS: (
        "the declarative files and the migrations say different things: one of them was changed "
        "without the other"
    ),
    Verdict.DIVERGED: (
        "several at once: the migrations, schema.sql and the database each say something else"
    ),
}


def _what(before: str | None, after: str | None) -> str:
    if before is None:
        return "created"
    return "dropped" if after is None else "changed"


def made_how(drift: Drift) -> str:
    """What became of the object in the database: created, changed or dropped."""
    return _what(drift.applied, drift.database)
