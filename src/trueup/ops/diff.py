"""`diff`: what is different between two schema sources, and a proven plan between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trueup.diff.compare import Change, compare
from trueup.errors import UsageError
from trueup.model.finding import Finding, warning
from trueup.model.schema import Schema
from trueup.model.scope import Frame, Scope
from trueup.shadow.shadow import Shadow
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow
from trueup.workbench.sources import WORDS, Live, Source, read_together, resolve

if TYPE_CHECKING:
    from trueup.shadow.prove import Proof
    from trueup.shadow.watch import Watch


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """Which objects count (None leaves it to the configuration), whether to plan, and how: see
    PlanOptions."""

    schemas: tuple[str, ...] | None = None
    privileges: bool | None = None
    plan: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    online: bool = False
    strict_column_order: bool = False


@dataclass(frozen=True, slots=True)
class DiffResult:
    """What TO has that FROM has not, and the other way round; with `proof`, how to get there.
    `changes` leaves out tables that are the same but for the order of their columns
    (`column_order` names them), unless that order was asked for."""

    source: str
    goal: str
    changes: tuple[Change, ...]
    column_order: tuple[Change, ...]
    findings: tuple[Finding, ...]
    proof: Proof | None = None

    @property
    def equal(self) -> bool:
        """Whether every object in scope is the same."""
        return not self.changes


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both schemas, cut to what counts, the goal uncut, and where FROM comes from. `verbatim`: as
    printed."""

    one: Source
    shadow: Shadow
    frame: Frame
    before: Schema
    after: Schema
    verbatim: bool
    goal: Schema


def diff(project: Project, source: str, goal: str, options: DiffOptions) -> DiffResult:
    """Compares two sources. Between the project's own sides, what PostgreSQL prints in two ways is
    the same, as in `check`; elsewhere it is compared as it is printed. Raises UsageError for a
    source that is none, or for one database named twice; StatementFailed where a text doesn't
    load."""
    one, other = resolve(project, source), resolve(project, goal)
    refuse_same(one, other)
    shadow = open_shadow(project, one.major or other.major)
    read_together((one, other), shadow, lambda: _load(options))
    whole = one.schema(shadow)
    frame = Frame(scope_of(project, options), shadow.base(), whole)
    verbatim = not {source, goal} & set(WORDS)
    goal_whole = other.schema(shadow)
    before, after = _cut(frame, one, whole), _cut(frame, other, goal_whole)
    if verbatim:
        before, after = before.as_printed(), after.as_printed()
    changes, order = split_by_order(compare(before, after), options.strict_column_order)
    pair = _Pair(one, shadow, frame, before, after, verbatim, goal_whole)
    proof = _prove(pair, options) if options.plan and changes else None
    return DiffResult(one.label, other.label, changes, order, majors(one, other, shadow), proof)


def _load(options: DiffOptions) -> None:
    """What will be needed and takes as long to import as pg_dump takes for 500 tables."""
    import trueup.diff.words.registry
    import trueup.plan.tables.column_order

    if options.plan:
        import trueup.plan.plan
        import trueup.shadow.prove  # noqa: F401


def split_by_order(
    changes: tuple[Change, ...], strict: bool
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The changes, and apart from them those that are of nothing but the order of columns."""
    if strict or not any(change.key.kind.endswith("TABLE") for change in changes):
        return changes, ()
    from trueup.plan.tables.column_order import same_but_for_column_order as same

    order = tuple(c for c in changes if same(c.key, c.before, c.after))
    return tuple(c for c in changes if c not in order), order


def _prove(pair: _Pair, options: DiffOptions) -> Proof:
    from trueup.plan.plan import PlanOptions
    from trueup.shadow.prove import prove

    refuse_renames(options.renames, pair.before)
    chosen = PlanOptions(
        server_major=pair.shadow.major,
        renames=options.renames,
        online=options.online,
        strict_column_order=options.strict_column_order,
        verbatim=pair.verbatim,
    )

    def dump(conninfo: str) -> Schema:
        read = pair.frame.cut(pair.shadow.dump(conninfo))
        return read.as_printed() if pair.verbatim else read

    return prove(
        pair.before,
        pair.after,
        lambda: pair.one.copy(pair.shadow),
        dump,
        chosen,
        _watch(pair),
    )


def _watch(pair: _Pair) -> Watch:
    from trueup.shadow.watch import Watch, look
    from trueup.verdict.remade import rights_of

    live = look(pair.one.conninfo) if isinstance(pair.one, Live) else None
    return Watch(live, rights_of(pair.goal, pair.shadow.major), pair.frame.scope.privileges)


def refuse_renames(renames: Mapping[str, str], source: Schema) -> None:
    """Raises UsageError for a --rename that can't be meant."""
    from trueup.plan.renames import rename_statements

    try:
        rename_statements(renames, source)
    except ValueError as wrong:
        raise UsageError(
            f"--rename {wrong}",
            code="rename_refused",
            hint="for example --rename public.users.mail=public.users.email",
        ) from wrong


def _cut(frame: Frame, source: Source, schema: Schema) -> Schema:
    """A live database's platform is not quite the shadow's."""
    return frame.cut_live(schema) if source.identity else frame.cut(schema)


def scope_of(project: Project, options: DiffOptions) -> Scope:
    """The configured scope with what the command line says instead."""
    scope = project.scope
    if options.schemas is not None:
        scope = replace(scope, schemas=options.schemas, managed=False)
    if options.privileges is not None:
        scope = replace(scope, privileges=options.privileges)
    return scope


def refuse_same(one: Source, other: Source) -> None:
    """A database compared with itself is equal; whoever asks meant something else."""
    if one.identity is not None and one.identity == other.identity:
        raise UsageError(
            f"FROM and TO are the same database: {one.label}",
            code="same_database",
            hint="name two databases, or `migrations` or `schema-file` for one of them",
        )


def majors(one: Source, other: Source, shadow: Shadow) -> tuple[Finding, ...]:
    """Said aloud when the two sides don't come from servers of one major."""
    found = {side.label: side.major or shadow.major for side in (one, other)}
    if len(set(found.values())) == 1:
        return ()
    said = " and ".join(f"{label} from PostgreSQL {major}" for label, major in found.items())
    return (
        warning(
            "server_majors_differ",
            one.label,
            f"{said}: the text of views, defaults and constraints may differ without any change",
            "compare servers of one major; `trueup doctor` lists what is found",
        ),
    )
