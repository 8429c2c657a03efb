"""What a plan is: ordered statements, each with what it touches and what it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from trueup.model.hazard import Hazard
from trueup.model.schema import ObjectKey


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement, without the semicolon at its end.

    `object` is what it is about, in the words of the archive (a column's change is about its
    table); a hazard without a subject is about that too. A statement that is not `transactional`
    must run alone, outside of any transaction. `rows_of`: tables whose rows it changes though it
    is about something else (a type that they have).
    """

    sql: str
    object: ObjectKey
    hazards: tuple[Hazard, ...] = ()
    transactional: bool = True
    rows_of: tuple[ObjectKey, ...] = ()

    def __post_init__(self) -> None:
        about = ".".join(part for part in (self.object.schema, self.object.name) if part)
        filled = tuple(h if h.subject else replace(h, subject=about) for h in self.hazards)
        object.__setattr__(self, "hazards", filled)


@dataclass(frozen=True, slots=True)
class Hint:
    """Something the plan's reader should know that no statement says: a drop and an add that
    look like a rename (`likely_rename`), a difference no statement can mend (`out_of_reach`)."""

    code: str
    object: ObjectKey
    message: str


SearchPath = Literal["auto", "empty", "session"]


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How to plan.

    `server_major`: the PostgreSQL major the plan will run on. `rebuild`: objects to drop and
    recreate (tables: to copy) where they differ, because altering them did not suffice.
    `renames`: old to new, each `schema.table`, or `schema.table.column` for a column. `online`:
    prefer forms that hold no long locks, at the price of more statements and no single
    transaction. `strict_column_order`: copy tables whose columns ALTER can't put in order.
    `copy_tables`: copy tables that differ in what no ALTER reaches at all (how they are
    partitioned); otherwise such a difference is left and named in a hint.
    `refresh`: fill the materialized views that the plan makes. `search_path`: whether the plan
    empties the search path (pg_dump's DDL is only certain to mean what it says under an empty
    one); "auto" does so where a name could be taken for another. `verbatim`: what PostgreSQL
    prints in two ways (sql/canonical.py) differs where it is printed differently.
    """

    server_major: int = 17
    rebuild: frozenset[ObjectKey] = frozenset()
    renames: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    online: bool = False
    strict_column_order: bool = False
    copy_tables: bool = True
    refresh: bool = True
    search_path: SearchPath = "auto"
    verbatim: bool = False


@dataclass(frozen=True)
class Plan:
    """Statements that turn the schema with fingerprint `assumes` into the one with `goal`."""

    statements: tuple[Statement, ...]
    assumes: str
    goal: str
    hints: tuple[Hint, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.statements)

    @property
    def sql(self) -> str:
        """The whole plan as text, ready for psql; transactions are left to who runs it."""
        return "".join(f"{statement.sql};\n" for statement in self.statements)
