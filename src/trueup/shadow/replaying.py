"""Running the part of the files that a place does not have yet."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.errors import StatementFailed
from trueup.model.migration import Migration
from trueup.shadow.adapter import Adapter
from trueup.shadow.shadow import OnFile


def bring_up(
    conninfo: str,
    migrations: Sequence[Migration],
    done: int,
    adapter: Adapter,
    on_file: OnFile | None,
) -> tuple[str, ...]:
    """Runs the files after the first `done` and returns what is worth telling.
    Raises StatementFailed."""
    if done == len(migrations):
        return ()
    from trueup.postgres.session.connection import connect
    from trueup.shadow.replay import replay

    def tell(number: int, migration: Migration) -> None:
        if on_file:
            on_file(done + number + 1, len(migrations), migration)

    fitted = [adapter.fitted(migration) for migration in migrations[done:]]
    try:
        with connect(conninfo) as conn:
            report = replay(conn, fitted, tell)
    except StatementFailed as failed:
        raise adapter.explained(failed) from failed
    return (*report.notes(), *adapter.notes())
