"""What a migration did, looked at before it is committed: what PostgreSQL counted and what its
catalogs say, compared with what was there before the file's first statement. Whatever nobody
agreed to has the file rolled back. The form of the statement plays no part: a function that
deletes deletes, wherever it is called from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

import psycopg

from trueup.errors import CannotTell, ConnectionFailed, StatementFailed, ValidationFailed
from trueup.model.census import Counted, Position, Relation, State
from trueup.model.hazard import Hazard
from trueup.model.history import HISTORY_NAME, HISTORY_SCHEMA
from trueup.postgres.read import effects
from trueup.postgres.session.connection import Connection
from trueup.verdict.drafts import lost, opened, together
from trueup.verdict.drafts.lost import counted

Refuse = Callable[[tuple[Hazard, ...]], NoReturn]


class Effects:
    """A `postgres.run.file.Watch`. `reread`: tables that are read before and after, with the
    columns that the file drops from them; `agreed`: the subjects of hazards that somebody agreed
    to, None where all are agreed to; `refuse` raises for those that nobody did.

    `hazards` is what the file did that somebody has to agree to, once it was looked at. Raises,
    besides what `refuse` raises, ValidationFailed (`sql_touches_history`, `sql_stops_counting`),
    CannotTell (`effects_not_counted`), StatementFailed (`effects_unread`), ConnectionFailed.
    """

    def __init__(
        self,
        reread: Mapping[str, frozenset[str]],
        agreed: Collection[str] | None,
        refuse: Refuse,
    ) -> None:
        self.hazards: tuple[Hazard, ...] = ()
        self._reread = reread
        self._agreed = agreed
        self._refuse = refuse
        self._positions: Mapping[int, Position] = {}
        self._columns: Mapping[int, list[int]] = {}
        self._dropped: Mapping[int, list[int]] = {}
        self._digests: Mapping[int, effects.Digest] = {}
        self._before: State | None = None

    def enter(self, conn: Connection) -> None:
        """Sees what there is; leaves the transaction open that the file is to run in."""
        with _told(conn):
            self._positions = effects.positions(conn)
            conn.execute("BEGIN READ ONLY")
            self._read_tables(conn)
            conn.execute("ROLLBACK; BEGIN; SET LOCAL standard_conforming_strings TO on")
            if not effects.counts(conn):
                raise _not_counted()
            self._before = effects.read_state(conn)

    def _read_tables(self, conn: Connection) -> None:
        columns: dict[int, list[int]] = {}
        dropped: dict[int, list[int]] = {}
        for table, name in effects.trees(conn, list(self._reread)).items():
            there = effects.columns_of(conn, table)
            going = self._reread[name]
            columns[table] = [number for number, it in there.items() if it not in going]
            dropped[table] = [number for number, it in there.items() if it in going]
        self._columns, self._dropped = columns, dropped
        self._digests = effects.digests(conn, columns)

    def look(self, conn: Connection) -> None:
        """Raises where the file did what nobody agreed to."""
        before = self._before
        assert before is not None  # noqa: S101 - enter comes first
        with _told(conn):
            after = effects.read_state(conn)
            same = self._same(conn, before, after)
            back = self._went_back(conn, before, after)
        _insist_on_counting(after)
        _insist_on_history(before, after)
        self.hazards = _judged(before, after, same, back, ())
        if self._agreed is None:
            return
        left = _judged(before, after, same, back, self._agreed)
        if left:
            self._refuse(left)

    def _same(self, conn: Connection, before: State, after: State) -> set[int]:
        """Tables that were rewritten or updated, and whose rows say what they said before in every
        column that was there and is not dropped."""
        stirred = {
            oid: self._columns[oid]
            for oid in self._digests
            if oid in after.relations and _stirred(before, after, oid)
        }
        now = effects.digests(conn, stirred)
        return {
            oid
            for oid, digest in now.items()
            if digest == self._digests[oid]
            and not set(self._dropped[oid]) & set(effects.columns_of(conn, oid))
        }

    def _went_back(self, conn: Connection, before: State, after: State) -> set[int]:
        """Sequences with an earlier value than before. They are read anew one by one only where
        that is in doubt."""
        names = {
            oid: (after.relations[oid].schema, after.relations[oid].title)
            for oid, was in self._positions.items()
            if was.last is not None and oid in after.relations and oid in before.relations
        }
        moved = effects.positions_of(conn, _locked(conn, names))
        return {oid for oid, now in moved.items() if effects.went_back(self._positions[oid], now)}

    def restore(self, conn: Connection) -> None:
        """Sequences that were set back stay so after a rollback: they are put where they were."""
        effects.put_back(conn, self._positions)


def _locked(conn: Connection, names: Mapping[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    mine = effects.locked_sequences(conn)
    return {oid: name for oid, name in names.items() if oid in mine}


def _stirred(before: State, after: State, oid: int) -> bool:
    was, now = before.relations.get(oid), after.relations[oid]
    count = counted(before, after, oid)
    return bool(was and was.file != now.file) or bool(count.updated or count.deleted)


def _judged(
    before: State, after: State, same: set[int], back: set[int], agreed: Collection[str]
) -> tuple[Hazard, ...]:
    return together(opened(before, after, agreed), lost(before, after, same, back, agreed))


def _insist_on_counting(after: State) -> None:
    if after.counting and not after.blind:
        return
    what = f" ({', '.join(after.blind)} does)" if after.blind else ""
    raise ValidationFailed(
        f"the SQL switches off the counting of changed rows{what}: what it does could not be seen",
        code="sql_stops_counting",
        subject="query",
        hint="nothing was changed; leave track_counts alone",
    )


def _insist_on_history(before: State, after: State) -> None:
    """The one row that was written with the file, and nothing else."""
    was = before.relation(HISTORY_SCHEMA, HISTORY_NAME)
    if was is None:
        return
    now = after.relations.get(was.oid)
    same = now is not None and _lasting(was) == _lasting(now)
    columns = before.columns.get(was.oid) == after.columns.get(was.oid)
    if not same or not columns or counted(before, after, was.oid) != Counted(inserted=1):
        raise ValidationFailed(
            "the SQL touches the history of migrations, which is trueup's own record",
            code="sql_touches_history",
            subject="query",
            hint="nothing was changed; `trueup repair` and `trueup mark-applied` change it",
        )


def _lasting(relation: Relation) -> tuple[object, ...]:
    """What of it only trueup changes. Grants and row security on all tables may meet it too."""
    it = relation
    return it.name, it.kind, it.file, it.persistence, it.owner, it.forced


def _not_counted() -> CannotTell:
    return CannotTell(
        "the server doesn't count changed rows (track_counts is off), so what the SQL does could"
        " not be seen before it is committed",
        code="effects_not_counted",
        hint="nothing was changed; switch track_counts on, or let a person run `trueup apply`",
    )


@contextmanager
def _told(conn: Connection) -> Iterator[None]:
    """Raises StatementFailed, with the SQLSTATE that says whether to try again, where the server
    refuses to let us look; ConnectionFailed where it is gone."""
    try:
        yield
    except psycopg.Error as problem:
        said = problem.diag.message_primary or str(problem).strip()
        if conn.closed:
            raise ConnectionFailed(
                f"the connection was lost while a migration's effects were looked at: {said}",
                code="connection_lost",
                hint="run `trueup status`: it tells what was applied and what was not",
            ) from problem
        raise StatementFailed(
            f"what the SQL did could not be looked at: {said}",
            code="effects_unread",
            sqlstate=problem.sqlstate or "",
            hint="nothing was changed; try again",
        ) from problem
