"""`reconcile`: from drift to a proven plan, in either direction.

Both directions stand on the same look at the project: what the applied files give, what the
database holds, and the objects in which they differ. Adopting plans from the first to the second
and writes it as a migration; reverting plans the other way and runs it on the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trueup.diff.compare import Change, compare
from trueup.errors import UsageError, ValidationFailed
from trueup.folder.migrations import Folder
from trueup.model.patterns import matches
from trueup.model.schema import ObjectKey, Schema
from trueup.model.scope import Frame
from trueup.ops.diff import refuse_renames, split_by_order
from trueup.recovery.settle import settled_folder
from trueup.shadow.shadow import Shadow
from trueup.verdict.objects import Sides
from trueup.verdict.remade import Wanted, rights_of
from trueup.verdict.states import StateVerdict, judge_states
from trueup.verdict.stops import against_reconcile
from trueup.workbench.database import revealed_url
from trueup.workbench.files import refuse_blocked, told_files
from trueup.workbench.project import Project
from trueup.workbench.replays import replay_on
from trueup.workbench.rights import RightsLeft, rights_left
from trueup.workbench.shadows import open_shadow
from trueup.workbench.sources import Live
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.plan.plan import PlanOptions
    from trueup.shadow.prove import Proof

# Hazards that cost data which no later command brings back.
LOSES_DATA = frozenset({"data_loss"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Which objects to mend, and how to plan. `only`: patterns of `schema.name`, `KIND
    schema.name` or what messages call an object, with * and ?; `pick` decides object by object
    (for --interactive)."""

    only: tuple[str, ...] = ()
    pick: Callable[[Change], bool] | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    online: bool = False
    strict_column_order: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The project as it stands: what the applied files give (`applied`), what the database holds
    (`live`), where they differ, and what no dump tells (`states`); `wholes` are both with nothing
    cut away, and `rights` where check finds other rights than the applied files give."""

    folder: Folder
    target: Target
    shadow: Shadow
    frame: Frame
    applied: Schema
    live: Schema
    changes: tuple[Change, ...]
    states: StateVerdict
    wholes: Sides
    rights: tuple[RightsLeft, ...] = ()

    @property
    def given(self) -> Wanted:
        """Tells the rights that the applied files give on an object."""
        return rights_of(self.wholes.applied, self.shadow.major)

    @property
    def held(self) -> Wanted:
        """Tells the rights that the database gives on an object."""
        return rights_of(self.wholes.database or Schema(), self.shadow.major)


def look(project: Project, choice: Choice, *, writes: bool = False) -> Look:
    """What an interrupted command left is settled first where it `writes`. Raises what any of it
    can raise; UsageError when no server of the database's major is there to prove anything on."""
    folder = settled_folder(project) if writes else told_files(project)
    refuse_blocked(folder)
    target = Target.read(project, folder.migrations)
    _refuse_history(folder, target)
    shadow = open_shadow(project, target.major)
    _insist_on_major(target, shadow)
    stand = replay_on(project, shadow, folder.migrations)
    frame, ran = stand.frame, shadow.replayed(target.history.applied)
    wholes = Sides(stand.whole, ran.schema, None, stand.dumped(target))
    applied, live = frame.cut(ran.schema), frame.cut_live(wholes.database or Schema())
    changes, _ = split_by_order(compare(applied, live), choice.strict_column_order)
    states = judge_states(target.states, ran.states, live, applied, stand.schema)
    rights = rights_asked(rights_left(project, frame, wholes, shadow.major), choice)
    return Look(folder, target, shadow, frame, applied, live, changes, states, wholes, rights)


def rights_asked(rights: Sequence[RightsLeft], choice: Choice) -> tuple[RightsLeft, ...]:
    """Those among them that were asked for."""
    asked = (i for i in rights if not choice.only or matches(i.drift.key, choice.only))
    return tuple(asked)


def _refuse_history(folder: Folder, target: Target) -> None:
    """Raises ValidationFailed where somebody else's migration may have made what drifted: neither
    undoing it nor writing it down again is right then."""
    problems = [found for found in folder.findings if found.is_error]
    problems += against_reconcile(target.history)
    if problems:
        raise ValidationFailed("nothing was planned", problems=tuple(dict.fromkeys(problems)))


def _insist_on_major(target: Target, shadow: Shadow) -> None:
    if target.major != shadow.major:
        raise UsageError(
            f"the database runs PostgreSQL {target.version}, the shadow {shadow.major}: a plan "
            "proven on another major proves nothing",
            code="server_major_differs",
            hint=f"install PostgreSQL {target.major}, or name a server of it with --shadow-url",
        )


def chosen(seen: Look, choice: Choice) -> tuple[Change, ...]:
    """The changes that were asked for, with those they can't be without."""
    wanted = [
        change for change in seen.changes if not choice.only or matches(change.key, choice.only)
    ]
    if choice.pick is not None:
        wanted = [change for change in wanted if choice.pick(change)]
    if choice.only and not wanted and not seen.rights:
        raise UsageError(
            f"no drift matches {', '.join(choice.only)}",
            code="nothing_matches",
            hint="`trueup check` lists the objects that drifted",
        )
    return _closed(seen, {change.key for change in wanted})


def _closed(seen: Look, wanted: set[ObjectKey]) -> tuple[Change, ...]:
    """A new object needs what it stands on; one that goes takes along what stands on it."""
    by_key = {change.key: change for change in seen.changes}
    waiting = list(wanted)
    while waiting:
        key = waiting.pop()
        around = [*_needs(seen.live, key), *_needs(seen.applied, key), *_leaning(seen, key)]
        for other in around:
            if other in by_key and other not in wanted:
                wanted.add(other)
                waiting.append(other)
    return tuple(change for change in seen.changes if change.key in wanted)


def _needs(schema: Schema, key: ObjectKey) -> tuple[ObjectKey, ...]:
    return schema[key].depends_on if key in schema else ()


def _leaning(seen: Look, key: ObjectKey) -> list[ObjectKey]:
    """What stands on an object that only one side has."""
    if key in seen.live and key in seen.applied:
        return []
    holder = seen.live if key in seen.live else seen.applied
    return [other for other, item in holder.objects.items() if key in item.depends_on]


def mixed(before: Schema, after: Schema, changes: Sequence[Change]) -> Schema:
    """`before` with the objects of `changes` as `after` has them, in an order that loads."""
    picked = {change.key for change in changes}
    kept = [i for i in after.objects.values() if i.key in picked or i.key in before]
    objects = {
        item.key: item if item.key in picked or item.key not in before else before[item.key]
        for item in kept
    }
    rest = {key: i for key, i in before.objects.items() if key not in picked and key not in objects}
    return Schema({**rest, **objects})


def options(seen: Look, choice: Choice) -> PlanOptions:
    """How the planner is to plan."""
    from trueup.plan.plan import PlanOptions

    return PlanOptions(
        server_major=seen.shadow.major,
        renames=choice.renames,
        online=choice.online,
        strict_column_order=choice.strict_column_order,
    )


def prove_adopt(seen: Look, choice: Choice, changes: Sequence[Change]) -> Proof:
    """From what the applied files give to what the database has."""
    from trueup.shadow.prove import prove
    from trueup.shadow.watch import Watch

    refuse_renames(choice.renames, seen.applied)
    return prove(
        seen.applied,
        mixed(seen.applied, seen.live, changes),
        lambda: seen.shadow.database(seen.target.history.applied),
        lambda conninfo: seen.frame.cut(seen.shadow.dump(conninfo)),
        options(seen, choice),
        Watch(goal=seen.held, compared=seen.frame.scope.privileges),
    )


def prove_revert(project: Project, seen: Look, choice: Choice, changes: Sequence[Change]) -> Proof:
    """From what the database has to what the applied files give, on a copy of the database."""
    from trueup.shadow.prove import prove
    from trueup.shadow.watch import Watch, look

    refuse_renames(choice.renames, seen.live)
    source = Live.of(revealed_url(project))
    held = look(revealed_url(project))
    return prove(
        seen.live,
        mixed(seen.live, seen.applied, changes),
        lambda: source.copy(seen.shadow),
        lambda conninfo: seen.frame.cut(seen.shadow.dump(conninfo)),
        options(seen, choice),
        Watch(held, seen.given, seen.frame.scope.privileges),
    )


def without(seen: Look, choice: Choice, passed_over: Callable[[ObjectKey], bool]) -> Look:
    """The look without the changes that are passed over; what was asked for must not be only
    these. Raises ValidationFailed (`index_invalid`)."""
    kept = tuple(change for change in seen.changes if not passed_over(change.key))
    gone = [change for change in seen.changes if change not in kept]

    def asked(changes: Sequence[Change]) -> bool:
        return any(matches(change.key, choice.only) for change in changes)

    if choice.only and asked(gone) and not asked(kept):
        raise ValidationFailed("nothing was done", problems=seen.states.findings)
    return replace(seen, changes=kept)


def losses(proof: Proof) -> tuple[str, ...]:
    """What the plan loses, in words."""
    hazards = [h for s in proof.plan.statements for h in s.hazards if h.code in LOSES_DATA]
    return tuple(dict.fromkeys(hazard.message for hazard in hazards))


def likely_renames(proof: Proof) -> tuple[str, ...]:
    """What may be a rename and not a loss, in words."""
    return tuple(hint.message for hint in proof.plan.hints if hint.code == "likely_rename")


def insist_on_leave(proof: Proof, doing: str, may_lose_data: Callable[[Proof], bool]) -> None:
    """Asks before a statement loses data. Raises ValidationFailed (`data_loss_refused`)."""
    lost = losses(proof)
    if not lost or may_lose_data(proof):
        return
    way = "; ".join(likely_renames(proof)) or (
        "if something was renamed, say so (--rename public.users=public.people)"
    )
    raise ValidationFailed(
        f"{doing}: {'; '.join(lost)}",
        code="data_loss_refused",
        hint=f"{way}; if it is meant to be lost, save what is needed, then run it again with"
        " --allow-data-loss",
    )


def insist_on_proof(proof: Proof) -> None:
    """Nothing is written or run on an unproven plan. Raises ValidationFailed."""
    if proof.holds:
        return
    raise ValidationFailed(
        f"no plan could be proven: {proof.why_not}",
        code="plan_not_proven",
        hint="; ".join(
            (
                *likely_renames(proof),
                "run it without --write or --apply to see the plan and what is left; --only takes"
                " a part of the objects",
            )
        ),
    )
