"""`dump --keep-going`: replay past the files that fail, and say all that is wrong at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trueup.errors import CannotTell, StatementFailed
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding
from trueup.model.migration import Migration
from trueup.workbench.failures import explain_failure
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow, replay_major


@dataclass(frozen=True, slots=True)
class Attempt:
    """The files that could be replayed, in order, and the failure of each that could not. A
    failure may follow from an earlier one."""

    ran: tuple[Migration, ...]
    failures: tuple[StatementFailed, ...]


class ReplayIncomplete(CannotTell):
    """Some files failed; `failures` are all of them, in file order, and nothing was written."""

    code = "replay_incomplete"

    def __init__(self, failures: Sequence[StatementFailed], files: int) -> None:
        count = len(failures)
        fail = "fails" if count == 1 else "fail"
        super().__init__(
            f"{count} of {files} files {fail}, so what the migrations give is not known; nothing"
            " was written",
            hint="mend the first one and run it again: later ones often fail because of it; or"
            " start over from what the database is: `trueup baseline --squash`",
        )
        self.failures = tuple(failures)

    def findings(self) -> Sequence[Finding]:
        each = (finding for failed in self.failures for finding in failed.findings())
        return (*each, self.finding())


def insist_on_all(project: Project, folder: Folder) -> None:
    """Raises ReplayIncomplete with the failure of every file that fails when each is rolled back
    as a whole and the next one runs."""
    found = attempt(project, folder.migrations)
    if found.failures:
        raise ReplayIncomplete(found.failures, len(folder.migrations))


def attempt(project: Project, migrations: Sequence[Migration]) -> Attempt:
    """Replays what can be replayed, each file after those before it that did not fail. A failing
    file that is no single transaction leaves what it did before the failure."""
    from trueup.shadow.replaying import bring_up

    shadow = open_shadow(project, replay_major(project))
    left, failures = list(migrations), list[StatementFailed]()
    with shadow.place(()) as place:
        while left:
            try:
                bring_up(place.conninfo, left, 0, place.adapter(), project.on_file)
            except StatementFailed as failed:
                explain_failure(project, failed, migrations)
                failures.append(failed)
                left = left[_index(left, failed) + 1 :]
            else:
                left = []
    failed_in = {failed.location.file for failed in failures if failed.location}
    ran = tuple(file for file in migrations if file.path not in failed_in)
    return Attempt(ran, tuple(failures))


def _index(files: Sequence[Migration], failed: StatementFailed) -> int:
    """Which of the files failed."""
    file = failed.location.file if failed.location else ""
    return next(at for at, migration in enumerate(files) if migration.path == file)
