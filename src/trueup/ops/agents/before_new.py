"""What keeps a new migration from being begun: an earlier call that made it, the history, files
that go first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import ValidationFailed
from trueup.folder.migrations import Folder
from trueup.model.finding import Location
from trueup.model.history import row_label
from trueup.model.migration import Migration
from trueup.ops.agents.draft import Draft, same_call, with_key
from trueup.workbench.project import Project
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection


@dataclass(frozen=True)
class Ground:
    """Where the new migration would go: the session, the folder and the history as they are."""

    project: Project
    conn: Connection
    folder: Folder
    target: Target
    draft: Draft

    @property
    def where(self) -> str:
        """The database and its server."""
        info = self.conn.info
        return f"database {self.target.name} at {info.host}:{info.port}"


def made_before(ground: Ground) -> Migration | None:
    """What an earlier call with the same idempotency key made. Raises ValidationFailed where it
    made something else, or where this database has not run it."""
    draft = ground.draft
    made = with_key(ground.folder.migrations, draft.key) if draft.key else None
    if made is None:
        return None
    if (made.name, made.sql) != (draft.name, draft.text):
        raise ValidationFailed(
            f"the idempotency key was used for {made.file_name}, which is another migration",
            code="idempotency_key_reused",
            subject="idempotency_key",
            hint="take a new key for a new migration",
            location=Location(made.path),
        )
    if made not in ground.target.history.applied:
        raise ValidationFailed(
            f"{made.file_name} was made with this idempotency key and is not applied to "
            f"{ground.target.name}",
            code="pending_migrations",
            subject=made.version,
            hint="`trueup apply` applies it",
            location=Location(made.path),
        )
    return made


def refuse_what_ran(ground: Ground) -> None:
    """Raises ValidationFailed where a row without a file ran this very SQL: once is enough."""
    target, draft = ground.target, ground.draft.migration
    if not target.history.missing:
        return
    files = [*ground.folder.migrations, draft]
    moved = ground.target.judged(ground.project, files).moved
    row = next((one.row for one in moved if one.file is draft and one.follows), None)
    if row is not None:
        label = row_label(row.version, row.name)
        raise ValidationFailed(
            f"this SQL ran on {target.name} already, as {label}, whose file this checkout lacks",
            code="history_missing_file",
            subject=row.version,
            hint=f"bring {label}.sql back (git log --all --diff-filter=D --name-only shows deleted"
            " files); nothing needs to run",
        )


def refuse_pending(ground: Ground) -> None:
    """A new migration comes after all others: those that are not applied yet go first."""
    pending = ground.target.history.pending
    if pending:
        names = ", ".join(file.file_name for file in pending[:5])
        raise ValidationFailed(
            f"{len(pending)} migration files are not applied to {ground.target.name} yet: {names}",
            code="pending_migrations",
            subject=pending[0].version,
            hint="`trueup apply` applies them; then call again",
            location=Location(pending[0].path),
        )


def refuse_again(ground: Ground) -> None:
    """What the newest migration did already, and nothing since: most likely one call sent twice.
    A key of its own says that it is meant twice."""
    newest = ground.target.history.applied[-1:]
    if ground.draft.key is None and newest and same_call(newest[0], ground.draft):
        made = newest[0]
        raise ValidationFailed(
            f"the newest migration, {made.file_name}, has this name and this SQL, and is applied to"
            f" {ground.target.name}",
            code="migration_repeated",
            subject="name",
            hint="if this call is that one sent again, it is done; to run the SQL once more, pass"
            " an idempotency_key of its own, or take another name",
            location=Location(made.path),
        )
