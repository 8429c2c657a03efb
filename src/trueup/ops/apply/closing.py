"""A database against the files it has run, as `apply` and agents' calls end with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.diff.words import display
from trueup.errors import Interrupted, TrueupError
from trueup.model.finding import Finding, warning
from trueup.model.history import HistoryRow, row_label
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.states import States
from trueup.postgres.session.unforeseen import told
from trueup.shadow.shadow import Replayed
from trueup.verdict.objects import Drift, Sides, judge
from trueup.verdict.rights import without_rights
from trueup.verdict.states import judge_states
from trueup.verdict.stops import listed, newer_rows
from trueup.workbench.mends import mended
from trueup.workbench.project import Project
from trueup.workbench.replays import Replay
from trueup.workbench.rights import rights_left
from trueup.workbench.target import Target
from trueup.workbench.unsettled import explain_drift

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection

Compared = tuple[tuple[Drift, ...], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of the comparison; `problem` is why it could not be made."""

    drift: tuple[Drift, ...] = ()
    findings: tuple[Finding, ...] = ()
    problem: TrueupError | None = None


@dataclass(frozen=True)
class Standing:
    """Where a database should stand: `said` is what the files that it has run give, `just_ran`
    those among them that were pending when `target` was read."""

    project: Project
    target: Target
    stand: Replay
    said: Replayed
    just_ran: tuple[Migration, ...] = ()

    def differences(self, live: Schema, states: States) -> Compared:
        """The drift, rights included as `check` compares them, and what no dump tells. `live` is
        the database with nothing cut away."""
        frame, shadow = self.stand.frame, self.stand.shadow
        goal, cut = frame.cut(self.said.schema), frame.cut_live(live)
        odd = judge_states(states, self.said.states, cut, goal, goal)
        one, other = without_rights(goal), without_rights(cut)
        wholes = Sides(self.stand.whole, self.said.schema, None, live)
        rights = rights_left(self.project, frame, wholes, shadow.major)
        objects = odd.reworded(judge(Sides(one, one, None, other)))
        drift = (*objects, *(left.drift for left in rights))
        told = explain_drift(shadow, self.target, drift, self.just_ran)
        return mended(self.project, told, None, self.target, self.just_ran), odd.findings


def close(standing: Standing, conn: Connection) -> Closing:
    """The comparison at the end. What was applied is applied, so that it is told although nothing
    can be compared."""
    try:
        drift, odd = _now(standing, conn)
    except Exception as raised:
        problem = raised if isinstance(raised, TrueupError) else told(raised)
        if problem is None or isinstance(problem, Interrupted):
            raise
        return Closing(findings=tuple(problem.findings()), problem=problem)
    newer = newer_rows(standing.target.history)
    if newer:
        return Closing(findings=(*odd, _newer(newer, drift)))
    return Closing(drift, odd)


def _now(standing: Standing, conn: Connection) -> Compared:
    from trueup.postgres.read.states import read_states

    target, stand = standing.target, standing.stand
    if stand.shadow.major != target.major:
        return (), ()
    return standing.differences(stand.dumped(target), read_states(conn))


def _newer(rows: Sequence[HistoryRow], drift: Sequence[Drift]) -> Finding:
    names = listed([row_label(row.version, row.name) for row in rows])
    objects = listed([display(item.key) for item in drift])
    said = f"not compared, for these may have made it: {objects}" if drift else "nothing differs"
    return warning(
        "database_newer",
        rows[0].version,
        f"{names} ran here and {'is' if len(rows) == 1 else 'are'} newer than every file of this"
        f" checkout; {said}",
        "`trueup check` in a checkout of the newer release compares everything",
    )
