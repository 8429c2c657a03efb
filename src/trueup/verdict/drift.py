"""One object on which the sides do not agree: the verdict on it, and what is known of how it came
to be so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trueup.model.mend import ByHand, Mend
from trueup.model.schema import ObjectKey

RIGHTS_KIND = "PRIVILEGES"


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
# Where the database is other than its migrations say.
LIVE_MOVED = frozenset({Verdict.DATABASE_CHANGED, Verdict.MIGRATION_MISSING, Verdict.DIVERGED})


class Standing(StrEnum):
    """What is known of how an object came to be other in the database."""

    PLAIN = "plain"  # nothing else than a hand's work is known
    PENDING = "pending"  # a pending file makes it so, and has not run on record
    TOUCHED = "touched"  # a pending file changes it too
    STRANGER = "stranger"  # something ran there that has no file here
    BLANK = "blank"  # no migration is on record there as applied
    INVALID = "invalid"  # an invalid index hides it; a plan drops that and builds it
    STUCK = "stuck"  # an invalid index hides it that no plan can drop


@dataclass(frozen=True, slots=True)
class Drift:
    """One object on which the sides do not agree, each with its DDL or None where absent. `said`
    is what to say where the DDL does not tell (verdict/states.py), `versions` the pending files
    that say what the database has, `by_hand` the statements for rights. `remedies` are the
    directions that are open, `mend` what there is to run (verdict/remedies.py)."""

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
    standing: Standing = Standing.PLAIN
    versions: tuple[str, ...] = ()
    by_hand: ByHand | None = None
    mend: tuple[Mend, ...] = ()

    @property
    def is_rights(self) -> bool:
        """Whether what roles can do with the object is what differs."""
        return self.key.kind == RIGHTS_KIND

    def moved(self) -> tuple[str | None, str | None]:
        """The DDL that the migrations give, and that of the side that is not there with them:
        the database where it moved, else schema.sql, else the declarative files."""
        if self.verdict in FILE_MOVED:
            return self.migrations, self.schema_file
        if self.verdict is Verdict.DECLARATIVE_DIFFERS:
            return self.migrations, self.declarative
        return self.applied, self.database
