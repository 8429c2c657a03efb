"""`status`: every migration and its state, every finding about files and history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trueup.model.finding import Finding
from trueup.model.history import Source
from trueup.verdict.history import MigrationState
from trueup.verdict.ledger import LedgerView, view_ledger
from trueup.workbench.files import read_files
from trueup.workbench.project import Project
from trueup.workbench.target import Target


@dataclass(frozen=True, slots=True)
class StatusResult:
    """The state of each migration in the database `database`, in file order; `source` says which
    table knew. `ledger` is Supabase's own, None where the database has none."""

    database: str
    source: Source
    migrations: tuple[MigrationState, ...]
    findings: tuple[Finding, ...]
    ledger: LedgerView | None = None

    @property
    def in_order(self) -> bool:
        """Whether no finding is an error; pending migrations are none."""
        return not any(finding.is_error for finding in self.findings)


def status(project: Project) -> StatusResult:
    """Reads the folder and the database's history; changes nothing, starts no server.

    Raises UsageError where no database is configured, ConnectionFailed, and CannotTell where the
    history can't be read in full.
    """
    folder = read_files(project)
    target = Target.read(project, folder.migrations)
    ledger = target.evidence.ledger
    return StatusResult(
        database=target.name,
        source=target.history.source,
        migrations=target.history.entries,
        findings=once((*folder.findings, *target.untested(), *target.history.findings)),
        ledger=view_ledger(folder.migrations, ledger) if ledger else None,
    )


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without repetition: folder and history both notice a version that is used twice,
    and the first to say so is heard."""
    first: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        first.setdefault((finding.code, finding.subject), finding)
    return tuple(first.values())
