"""One query, read-only by the server's own word, with limits on rows, bytes and time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pglast import ast
from psycopg import pq

from trueup.errors import ConnectionFailed, StatementFailed, ValidationFailed
from trueup.model.finding import Location
from trueup.ops.agents.draft import QUERY, read_query
from trueup.sql.source_map import SourceMap
from trueup.sql.statements import located
from trueup.verdict.drafts import Piece, uses_outside
from trueup.workbench.database import open_database
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection

_READS: Final = (ast.SelectStmt, ast.ExplainStmt, ast.VariableShowStmt)
_CHANGES_ROWS: Final = (
    ast.InsertStmt,
    ast.UpdateStmt,
    ast.DeleteStmt,
    ast.MergeStmt,
    ast.TruncateStmt,
    ast.CopyStmt,
)
_NEITHER: Final = (ast.TransactionStmt, ast.VariableSetStmt, ast.DoStmt, ast.CallStmt)
_FIELD = pq.DiagnosticField
# Rows larger than this are told by their size. The server does it, before they are sent.
_WRAPPED: Final = (
    "SELECT CASE WHEN octet_length(j) > {row} THEN json_build_object('left_out',"
    " 'a row of ' || octet_length(j) || ' bytes')::text ELSE j END"
    " FROM (SELECT row_to_json(q)::text AS j FROM (\n",
    "\n) AS q LIMIT {rows}) AS r",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """At most so many rows, so many bytes in all and in one row, so many seconds."""

    rows: int = 500
    bytes: int = 200_000
    row_bytes: int = 50_000
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The rows as JSON objects, each a text of its own; `more`: there were more than the limits
    let through."""

    rows: tuple[str, ...]
    more: bool


def run_query(project: Project, sql: str, limits: Limits | None = None) -> QueryResult:
    """Runs one SELECT, EXPLAIN or SHOW in a read-only transaction that is rolled back.

    Raises ValidationFailed for anything else (`query_not_one`, `query_is_ddl`,
    `query_changes_rows`, `query_not_a_query`, `sql_leaves_database`), and in a project that is
    only looked at for a role that may do more than read (`query_role_too_strong`); StatementFailed
    where the server refuses it, ConnectionFailed.
    """
    tree, text = _one(sql)
    chosen = limits or Limits()
    before, after = "", ""
    if isinstance(tree, ast.SelectStmt):
        before = _WRAPPED[0].format(row=chosen.row_bytes)
        after = _WRAPPED[1].format(rows=chosen.rows + 1)
    with open_database(project) as conn, _read_only(conn, chosen):
        if project.read_only:
            _insist_on_a_reader(conn)
        answer = conn.pgconn.exec_params(f"{before}{text}{after}".encode(), None)
        if answer.status != pq.ExecStatus.TUPLES_OK:
            raise _refused(answer, sql, len(before) - sql.index(text))
        rows = _wrapped(answer) if before else _plain(answer)
        return _limited(rows, chosen)


def _one(sql: str) -> tuple[Any, str]:
    """The parse tree and the text of the only statement, which only reads."""
    found = read_query(sql)
    if len([piece for piece in found if not piece.inside]) != 1:
        raise _no("query_not_one", "there is more than one statement", "send one query at a time")
    piece = found[0]
    _insist_on_reading(piece)
    if outside := uses_outside(piece):
        raise _no(
            "sql_leaves_database",
            f"the query uses {outside}, which acts outside of the transaction",
            "read tables and views instead",
        )
    ((_, part),) = located(sql)
    return piece.tree, sql[part]


def _insist_on_reading(piece: Piece) -> None:
    tree = piece.tree
    if isinstance(tree, _READS) and not getattr(tree, "intoClause", None):
        return
    if isinstance(tree, _CHANGES_ROWS):
        raise _no(
            "query_changes_rows",
            "execute_sql only reads; this statement changes or copies rows",
            "a change of rows that belongs to the schema (a backfill, reference data) goes into a"
            " migration: apply_migration",
        )
    if isinstance(tree, _NEITHER):
        raise _no(
            "query_not_a_query",
            "execute_sql takes one SELECT, EXPLAIN or SHOW",
            "code and schema changes go through apply_migration",
        )
    raise _no(
        "query_is_ddl",
        "this statement changes the schema, which execute_sql never does",
        "call apply_migration: it writes the migration file, applies it and keeps schema.sql true",
    )


def _no(code: str, message: str, hint: str) -> ValidationFailed:
    return ValidationFailed(message, code=code, hint=hint, subject=QUERY)


@contextmanager
def _read_only(conn: Connection, limits: Limits) -> Iterator[None]:
    """The transaction's mode can't be changed once it has a snapshot, which the last statement
    here takes (check_transaction_read_only in src/backend/commands/variable.c)."""
    milliseconds = round(limits.seconds * 1000)
    conn.execute(
        "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
        f" SET LOCAL statement_timeout TO {milliseconds}; SET LOCAL lock_timeout TO '5s';"
        " SET LOCAL idle_in_transaction_session_timeout TO '60s';"
        " SET LOCAL standard_conforming_strings TO on; SELECT 1"
    )
    try:
        yield
    finally:
        if not conn.closed:
            conn.execute("ROLLBACK")


# Where a function is called from doesn't count: in a SELECT, in another function, in the text that
# query_to_xml() runs. https://www.postgresql.org/docs/current/predefined-roles.html
_STRONG: Final = """
SELECT pg_catalog.concat('is a member of ', rolname) FROM pg_catalog.pg_roles
 WHERE (rolsuper OR rolname IN ('pg_execute_server_program', 'pg_read_server_files',
                                'pg_write_server_files'))
   AND rolname <> session_user AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER')
   AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user)
UNION ALL
SELECT 'is a superuser' FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolsuper
UNION ALL
SELECT pg_catalog.concat('may call ', f) FROM pg_catalog.unnest(ARRAY[
       'pg_read_file(text)', 'pg_read_binary_file(text)', 'pg_ls_dir(text)', 'lo_import(text)',
       'lo_export(oid,text)']) AS f
 WHERE pg_catalog.has_function_privilege(session_user, 'pg_catalog.' || f, 'EXECUTE')
"""


def _insist_on_a_reader(conn: Connection) -> None:
    """A read-only transaction holds back neither programs nor files of the server, and a list of
    functions is passed by a function. Only a role that may not use them can't."""
    found = conn.execute(_STRONG).fetchone()
    if found is None:
        return
    raise ValidationFailed(
        f"no query is run: the role {conn.info.user} {found[0]}, so a query could read the"
        " server's files or run programs, and this server was started with --read-only",
        code="query_role_too_strong",
        subject="database",
        hint="connect with a role that only reads: CREATE ROLE reader LOGIN PASSWORD '...'; GRANT"
        " pg_read_all_data TO reader; and start the server with that role's URL in"
        " TRUEUP_DATABASE_URL",
    )


def _wrapped(answer: Any) -> Iterator[str]:
    for row in range(answer.ntuples):
        yield (answer.get_value(row, 0) or b"null").decode(errors="replace")


def _plain(answer: Any) -> Iterator[str]:
    names = [(answer.fname(column) or b"").decode() for column in range(answer.nfields)]
    for row in range(answer.ntuples):
        values = [answer.get_value(row, column) for column in range(answer.nfields)]
        texts = [None if value is None else value.decode(errors="replace") for value in values]
        yield json.dumps(dict(zip(names, texts, strict=True)), ensure_ascii=False)


def _limited(rows: Iterator[str], limits: Limits) -> QueryResult:
    kept: list[str] = []
    size = 0
    for row in rows:
        size += len(row.encode())
        if len(kept) == limits.rows or size > limits.bytes:
            return QueryResult(tuple(kept), more=True)
        kept.append(row)
    return QueryResult(tuple(kept), more=False)


def _refused(answer: Any, sql: str, shift: int) -> Exception:
    def said(field: pq.DiagnosticField) -> str:
        return (answer.error_field(field) or b"").decode(errors="replace").strip()

    sqlstate = said(_FIELD.SQLSTATE)
    message = said(_FIELD.MESSAGE_PRIMARY) or answer.error_message.decode(errors="replace").strip()
    if not sqlstate or sqlstate.startswith("57P0"):
        return ConnectionFailed(
            f"the connection was lost while the query ran: {message}",
            code="connection_lost",
            hint="try again",
        )
    position = said(_FIELD.STATEMENT_POSITION)
    offset = int(position) - 1 - shift if position else -1
    place: Location | None = SourceMap(sql).locate(QUERY, offset) if offset >= 0 else None
    return StatementFailed(
        message,
        sqlstate=sqlstate,
        detail=said(_FIELD.MESSAGE_DETAIL),
        server_hint=said(_FIELD.MESSAGE_HINT),
        source=sql,
        hint=_HINTS.get(sqlstate, "correct the query"),
        location=place,
    )


_HINTS: Final = {
    "25006": "execute_sql only reads; changes go through apply_migration",
    "57014": "the query took too long: ask for less (a WHERE, a LIMIT, an index)",
}
