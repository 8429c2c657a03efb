"""What `apply` refuses before it starts. Nothing has been touched then: not the database, not the
folder, not the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trueup.diff.compare import compare
from trueup.diff.words import display
from trueup.errors import CannotTell, ValidationFailed
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding, Location, error
from trueup.model.kinds import ROUTINES
from trueup.model.migration import Migration
from trueup.model.schema import ObjectKey, Schema
from trueup.ops.diff import split_by_order
from trueup.sql.deeds import RELATION, Thing, deeds
from trueup.verdict.objects import Sides
from trueup.verdict.state_findings import in_the_way
from trueup.verdict.stops import against_apply, listed
from trueup.workbench.project import Project
from trueup.workbench.replays import Replay
from trueup.workbench.rights import compare_rights
from trueup.workbench.target import Target
from trueup.workbench.unsettled import steps

# What is often there before the first migration, for whoever prepares a database.
_PREPARED = frozenset(
    {"SCHEMA", "EXTENSION", "COMMENT", "ACL", "DEFAULT ACL", "SECURITY LABEL", "PUBLICATION"}
)
# Made with OR REPLACE as a rule, and holding no rows: that one is there tells nothing of a file.
_REPLACED = frozenset(ROUTINES)
_SPELLED_OUT = 5


def refuse_history(folder: Folder, target: Target, *, allow_newer: bool = False) -> None:
    """Raises ValidationFailed for a folder or a history that is not in order: it is mended first,
    because running on top of it would hide why. `allow_newer` lets rows pass that are only newer
    than the checkout."""
    problems = [f for f in folder.findings if f.is_error]
    problems += against_apply(target.history, allow_newer=allow_newer)
    if problems:
        raise ValidationFailed("nothing was applied", problems=tuple(dict.fromkeys(problems)))


@dataclass(frozen=True)
class Start:
    """What is about to run, and where: the files that ran already, those that are planned, and
    what all files give."""

    project: Project
    folder: Folder
    target: Target
    stand: Replay
    planned: Sequence[Migration]

    @property
    def here(self) -> list[Migration]:
        """All that will have run, in the order of this database."""
        return [*self.target.history.applied, *self.planned]


def refuse_order(start: Start) -> None:
    """Raises ValidationFailed (`order_matters`) where a file that is late gives another schema now
    than in its own order: every replay would differ from this database from then on."""
    here = start.here
    paths = {file.path for file in here}
    own = [file for file in start.folder.migrations if file.path in paths]
    if own == here:
        return
    differing = _differing(start, own, here)
    if differing:
        raise ValidationFailed("nothing was applied", problems=[_order(start, differing)])


def _differing(
    start: Start, own: Sequence[Migration], here: Sequence[Migration]
) -> list[ObjectKey]:
    shadow, frame = start.stand.shadow, start.stand.frame
    one, other = shadow.replayed(own).schema, shadow.replayed(here).schema
    changes, _ = split_by_order(compare(frame.cut(one), frame.cut(other)), False)
    rights, _ = compare_rights(start.project, frame, Sides(one, one, None, other), shadow.major)
    return [change.key for change in changes] + [item.key for item in rights.drift]


def _order(start: Start, differing: Sequence[ObjectKey]) -> Finding:
    newest = start.target.history.applied[-1]
    at = start.folder.migrations.index(newest)
    late = [file for file in start.planned if start.folder.migrations.index(file) < at]
    names = listed([file.file_name for file in late])
    return error(
        "order_matters",
        late[0].version,
        f"{names} would run after {newest.file_name}, which comes later and has run here; in that"
        f" order the files give another schema: {listed([display(key) for key in differing])}"
        " would differ from every replay",
        f"give {'it' if len(late) == 1 else 'them'} a later version first, so that every database"
        " has the same order; where a database ran the file under its old version,"
        f" `trueup repair --move {late[0].version} --write` lets its history follow",
        Location(late[0].path),
    )


def refuse_what_is_there(start: Start, after: Schema) -> None:
    """Raises ValidationFailed (`history_lost`) where nothing is on record and the database has
    already what the files make: then they ran, and the record of it is what is missing."""
    target, shadow = start.target, start.stand.shadow
    if target.evidence.rows or not start.planned or shadow.major != target.major:
        return
    try:
        live = start.stand.live(start.target)
    except CannotTell:  # the comparison at the end says so, after what can be done was done
        return
    made = [key for key in after if key.kind not in _PREPARED]
    there = [key for key in made if key in live]
    same = [key for key in there if key.kind not in _REPLACED and _is_the_same(key, live, after)]
    if same or (made and len(there) == len(made)):
        raise ValidationFailed("nothing was applied", problems=[_lost(start, live, there)])


def _is_the_same(key: ObjectKey, live: Schema, after: Schema) -> bool:
    """Itself, and what it stands on: the key of another table is no sign of ours."""
    around = [need for need in after[key].depends_on if need in after]
    return all(live.ddl(one) == after.ddl(one) for one in (key, *around))


def _lost(start: Start, live: Schema, there: Sequence[ObjectKey]) -> Finding:
    ran = list(_seem_to_have_run(start, live)) or list(start.planned)
    versions = " ".join(file.version for file in ran)
    named = versions if len(ran) <= _SPELLED_OUT else "VERSION..."
    return error(
        "history_lost",
        start.target.name,
        f"{start.target.name} has no record of migrations, and has already what the files make:"
        f" {listed([display(key) for key in there])}",
        f"where the files ran here, `trueup mark-applied {named}` records that without running"
        " them, and `trueup apply` then runs the rest; what was made by hand and is only part of a"
        " file goes into a file of its own, to be marked",
        Location(ran[0].path),
    )


def _seem_to_have_run(start: Start, live: Schema) -> Iterator[Migration]:
    """The files of which everything that they make or change is in the database."""
    before = start.stand.shadow.replayed(()).schema
    for file, after in steps(start.stand.shadow, (), start.planned):
        changes = compare(start.stand.frame.cut(before), start.stand.frame.cut(after))
        if changes and all(change.after is None or change.key in live for change in changes):
            yield file
        before = after


def refuse_invalid(
    target: Target, before: Schema, after: Schema, planned: Sequence[Migration]
) -> None:
    """Raises ValidationFailed for an index that would be made and is there already, but invalid:
    with IF NOT EXISTS that would pass for success. A file that drops it first may run."""
    problems = [
        in_the_way(index)
        for index in target.states.indexes
        if any(key in after and key not in before for key in index.keys)
        and not any(
            deeds(file.sql).removes(Thing(RELATION, index.name, index.schema, index.table))
            for file in planned
        )
    ]
    if problems:
        raise ValidationFailed("nothing was applied", problems=problems)
