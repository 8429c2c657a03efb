"""The shapes of structured results, from which their schemas are made. Fields that hold texts from
the database say so; `untrusted_data` names the marks around such texts."""

from __future__ import annotations

from typing import Any

# pydantic reads a nested typing.TypedDict only from Python 3.12 on.
from typing_extensions import NotRequired, TypedDict  # noqa: UP035


class Place(TypedDict):
    """A place in a file, or in the query."""

    file: str
    line: int | None
    column: int | None


class FindingShape(TypedDict):
    """One thing noticed."""

    code: str
    severity: str
    subject: str
    message: str
    hint: str
    location: Place | None


class ObjectName(TypedDict):
    """An object's kind, schema and name, as pg_dump has them."""

    kind: str
    schema: str
    name: str


class ChangeShape(TypedDict):
    """What a migration does to one object."""

    object: ObjectName
    change: str
    details: list[str]


class PlanHint(TypedDict):
    """What a plan's reader should know that no statement says."""

    code: str
    message: str


class PlanHazard(TypedDict):
    """A price of a statement of a plan. `object` is the name of what it is about."""

    code: str
    gravity: str
    object: str
    message: str
    location: Place | None
    consented: bool


class HazardShape(PlanHazard):
    """A price of running the SQL."""

    subject: str
    destructive: bool


class MendShape(TypedDict):
    """What mends drift: a command for a terminal, or SQL; the tool that does it, if one does; and
    why it would be refused as things stand."""

    command: str
    tool: str | None
    does: str
    refused: str | None


class DriftShape(TypedDict):
    """An object on which the sides do not agree; `details` is text from the database."""

    object: ObjectName
    verdict: str
    cause: str
    remedies: list[str]
    mend: list[MendShape]
    details: str


class SchemaFileShape(TypedDict):
    """schema.sql after a change; `diff` is what changed in it, in brief."""

    path: str
    changed: bool
    diff: str


class Applied(TypedDict):
    """What apply_migration did."""

    success: bool
    dry_run: bool
    repeated: bool
    version: str | None
    name: str
    file: str | None
    database: str
    execution_time_ms: int | None
    changes: list[ChangeShape]
    hazards: list[HazardShape]
    schema_file: SchemaFileShape | None
    drift: list[DriftShape]
    findings: list[FindingShape]
    notices: str
    notes: str
    fingerprint: str | None
    untrusted_data: str


class MigrationShape(TypedDict):
    """A migration that the database's history has."""

    version: str
    name: str
    state: str
    file: str | None
    applied_at: str | None
    applied_by: str | None


class Migrations(TypedDict):
    """The history, and the files that are not in it yet."""

    migrations: list[MigrationShape]
    pending: list[MigrationShape]
    untrusted_data: str


class Rows(TypedDict):
    """The rows of a query as fenced JSON."""

    result: str
    row_count: int
    truncated: bool


class ColumnShape(TypedDict):
    """A column."""

    name: str
    data_type: str
    format: str
    options: list[str]
    default_value: NotRequired[str]
    identity_generation: NotRequired[str]
    enums: NotRequired[list[str]]
    check: NotRequired[str]
    comment: NotRequired[str]


class ForeignKeyShape(TypedDict):
    """A foreign key."""

    name: str
    source: str
    target: str


class TableShape(TypedDict):
    """A table; columns and keys with verbose only."""

    name: str
    rls_enabled: bool
    rows: int | None
    comment: NotRequired[str]
    columns: NotRequired[list[ColumnShape]]
    primary_keys: NotRequired[list[str]]
    foreign_key_constraints: NotRequired[list[ForeignKeyShape]]


class Tables(TypedDict):
    """The tables of the database, and the fingerprint of its schema."""

    tables: list[TableShape]
    fingerprint: str | None
    untrusted_data: str


class ExtensionShape(TypedDict):
    """An extension that the server has."""

    name: str
    schema: str | None
    default_version: str | None
    installed_version: str | None
    comment: str | None


class Extensions(TypedDict):
    """The extensions of the server."""

    extensions: list[ExtensionShape]
    untrusted_data: str


class Validated(TypedDict):
    """Whether SQL could be applied, and what it would do."""

    valid: bool
    name: str
    error: str
    line: int | None
    column: int | None
    changes: list[ChangeShape]
    hazards: list[HazardShape]
    findings: list[FindingShape]


class Created(TypedDict):
    """A migration file that waits to be applied."""

    version: str
    file: str
    changes: list[ChangeShape]
    hazards: list[HazardShape]
    findings: list[FindingShape]


class Verdict(TypedDict):
    """The verdict: whether all sides are the same, and on which objects they are not."""

    in_sync: bool | None
    sides: dict[str, Any]
    compared: dict[str, int]
    drift: list[DriftShape]
    findings: list[FindingShape]
    fingerprint: str | None
    seconds: float
    untrusted_data: str


class Mention(TypedDict):
    """A migration that names an object."""

    version: str
    file: str
    applied_at: str | None
    applied_by: str | None
    committed_by: str | None


class ExplainedShape(TypedDict):
    """One object on every side; `details` and `database` are text from the database."""

    object: ObjectName
    verdict: str
    cause: str
    mend: list[MendShape]
    details: str
    migrations: str | None
    schema_file: str | None
    database: str | None
    history: list[Mention]


class Explanation(TypedDict):
    """Every object that a name fits."""

    objects: list[ExplainedShape]
    left_out: int
    findings: list[FindingShape]
    untrusted_data: str


class Status(TypedDict):
    """Every migration and its state."""

    database: str
    in_order: bool
    migrations: list[MigrationShape]
    findings: list[FindingShape]
    fingerprint: str | None
    untrusted_data: str


class Regenerated(TypedDict):
    """schema.sql after it was written from the migrations."""

    path: str
    changed: bool
    objects: int
    findings: list[FindingShape]


class Way(TypedDict):
    """One way to mend drift. `proven`: the plan was run on a copy and led exactly there. `sql` is
    made of texts from the database."""

    direction: str
    possible: bool
    proven: bool
    why_not: str
    objects: list[ObjectName]
    sql: str
    hazards: list[PlanHazard]
    hints: list[PlanHint]
    loses_data: bool


class Proposal(TypedDict):
    """Both ways, nothing done."""

    in_sync: bool
    adopt: Way
    revert: Way
    findings: list[FindingShape]
    untrusted_data: str


class Reconciled(TypedDict):
    """What was done."""

    success: bool
    direction: str
    file: str | None
    version: str | None
    objects: list[ObjectName]
    left: list[ObjectName]
    schema_file_changed: bool
    sql: str
    findings: list[FindingShape]
    untrusted_data: str
