"""The verdict per object, from what each side says of it.

The database edge compares the database with what the files it has applied give (`applied`); the
file edge compares schema.sql with what all files give (`migrations`), and so does the edge of the
declarative files. Pending files make the two replays differ; that alone is no drift.
"""

from __future__ import annotations

from dataclasses import dataclass

from trueup.model.schema import ObjectKey, Schema
from trueup.verdict.drift import FILE_MOVED, LIVE_MOVED, Drift, Standing, Verdict
from trueup.verdict.remedies import words

__all__ = [
    "FILE_MOVED",
    "PENDING_SAYS_IT",
    "SETTLE_IT",
    "Drift",
    "Said",
    "Sides",
    "Verdict",
    "judge",
    "made_how",
    "weigh",
]


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
    standing = _standing(verdict, said)
    return Drift(
        key,
        verdict,
        _cause(verdict, standing, said),
        words(verdict, standing),
        said.migrations,
        said.applied,
        said.schema_file,
        said.database,
        said.declarative,
        standing=standing,
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


# Where a pending file has a say in it, neither adopting nor reverting is right.
PENDING_SAYS_IT = "a pending migration says this, and it is in the database already"
SETTLE_IT = "apply that first, or mark it as applied where it ran"


def _standing(verdict: Verdict, said: Said) -> Standing:
    """What pending files have to do with it, as far as the sides tell."""
    moved = verdict in LIVE_MOVED and said.database != said.applied
    if not moved or said.migrations == said.applied:
        return Standing.PLAIN
    return Standing.PENDING if said.database == said.migrations else Standing.TOUCHED


def _cause(verdict: Verdict, standing: Standing, said: Said) -> str:
    also = "declarative" in said.asked and said.declarative != said.migrations
    if not also or verdict in (Verdict.DECLARATIVE_DIFFERS, Verdict.MIGRATION_MISSING):
        return _why(verdict, standing, said)
    return f"{_why(verdict, standing, said)}; the declarative files differ from the migrations too"


def _why(verdict: Verdict, standing: Standing, said: Said) -> str:
    if standing is Standing.PENDING:
        return PENDING_SAYS_IT
    if standing is Standing.TOUCHED:
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
