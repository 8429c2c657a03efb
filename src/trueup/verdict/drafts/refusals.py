"""What new SQL may not do at all, by the text alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from pglast import ast

from trueup.model.history import HISTORY_NAME, HISTORY_SCHEMA
from trueup.platform.supabase import LEDGER_SCHEMA
from trueup.sql.names import dropped, function_name, relation
from trueup.sql.pieces import Piece
from trueup.sql.targets import changed_rows, targets
from trueup.sql.tree import nodes
from trueup.verdict.drafts.managed import is_managed, managed_refusal
from trueup.verdict.drafts.values import Refusal

_BY_FILE: Final = (
    "write it with create_migration, and let somebody run `trueup apply`, which runs such"
    " statements on their own"
)
# https://www.postgresql.org/docs/current/functions-admin.html and lo_import, lo_export: these act
# on the server's files and processes, which no transaction takes back.
OUTSIDE: Final = frozenset(
    [
        "lo_import",
        "lo_export",
        "pg_read_file",
        "pg_read_binary_file",
        "pg_ls_dir",
        "pg_stat_file",
        "pg_file_write",
        "pg_file_rename",
        "pg_file_unlink",
        "pg_file_sync",
        "pg_terminate_backend",
        "pg_cancel_backend",
        "pg_reload_conf",
        "pg_rotate_logfile",
        "pg_promote",
        "pg_switch_wal",
        "pg_create_restore_point",
        "pg_backup_start",
        "pg_backup_stop",
        "pg_wal_replay_pause",
        "pg_drop_replication_slot",
        "pg_create_physical_replication_slot",
        "pg_create_logical_replication_slot",
        "pg_log_backend_memory_contexts",
        "dblink",
        "dblink_exec",
        "dblink_connect",
        "dblink_connect_u",
        "dblink_send_query",
    ]
)
_ALONE: Final = frozenset(
    [
        "CreatedbStmt",
        "DropdbStmt",
        "AlterSystemStmt",
        "CreateTableSpaceStmt",
        "DropTableSpaceStmt",
        "CreateSubscriptionStmt",
        "DropSubscriptionStmt",
    ]
)

Rule = Callable[[Piece], Iterator[Refusal]]


def refusals_of_text(found: Iterable[Piece], *, supabase: bool) -> tuple[Refusal, ...]:
    """Everything in the text for which it is not run. `supabase`: schemas that the platform
    manages are out of bounds too."""
    rules: tuple[Rule, ...] = (
        _transaction,
        _role,
        _counting,
        _history,
        _outside,
        _alone,
        _stdin,
    )
    refusals = [refusal for piece in found for rule in rules for refusal in rule(piece)]
    if supabase:
        refusals += [refusal for piece in found for refusal in _managed(piece)]
    return tuple(refusals)


def _transaction(piece: Piece) -> Iterator[Refusal]:
    word = piece.ends
    if piece.kind == "TransactionStmt":
        word = piece.tree.kind.name.removeprefix("TRANS_STMT_").replace("_", " ")
    elif piece.kind == "VariableSetStmt" and (piece.tree.name or "").startswith(
        ("TRANSACTION", "SESSION CHARACTERISTICS", "transaction_", "default_transaction_")
    ):
        word = "SET TRANSACTION"
    if word:
        yield Refusal(
            "sql_ends_transaction",
            f"the SQL has {word}: a migration is one transaction, together with its history row",
            "leave transaction control out; all statements run in one transaction anyway",
            piece.offset,
        )


def _role(piece: Piece) -> Iterator[Refusal]:
    names = [piece.tree.name] if piece.kind == "VariableSetStmt" else []
    names += [_setting(node) for node in nodes(piece.tree) if isinstance(node, ast.FuncCall)]
    if {"role", "session_authorization"} & set(names):
        yield Refusal(
            "sql_changes_role",
            "the SQL changes the session's role: objects would belong to another owner, and the"
            " history row is written by the role that logged in",
            "leave SET ROLE and SET SESSION AUTHORIZATION out; use ALTER … OWNER TO where another"
            " owner is meant",
            piece.offset,
        )


def _counting(piece: Piece) -> Iterator[Refusal]:
    found = list(nodes(piece.tree))
    names = {str(node.name).lower() for node in found if isinstance(node, ast.VariableSetStmt)}
    names |= {_setting(node) for node in found if isinstance(node, ast.FuncCall)}
    if "track_counts" in names:
        yield Refusal(
            "sql_stops_counting",
            "the SQL sets track_counts, by which the server counts changed rows: what it does could"
            " not be seen",
            "leave track_counts alone",
            piece.offset,
        )


def _setting(call: Any) -> str:
    """The setting that set_config is called for; "" for other calls."""
    first = (call.args or (None,))[0]
    if function_name(call)[1] != "set_config" or not isinstance(first, ast.A_Const):
        return ""
    return str(getattr(first.val, "sval", "")).lower()


def _history(piece: Piece) -> Iterator[Refusal]:
    ranges = (relation(node) for node in nodes(piece.tree) if isinstance(node, ast.RangeVar))
    named = [*ranges, *(targets(piece.tree) if piece.tree is not None else ())]
    if any(_is_history(schema, name) for schema, name in named) or _drops_public(piece):
        yield Refusal(
            "sql_touches_history",
            "the SQL touches the history of migrations, which is trueup's own record",
            "`trueup status` shows the history, `trueup repair` and `trueup mark-applied` change"
            " it",
            piece.offset,
        )


def _is_history(schema: str, name: str) -> bool:
    return (name == HISTORY_NAME and schema in ("", HISTORY_SCHEMA)) or schema == LEDGER_SCHEMA


def _drops_public(piece: Piece) -> bool:
    if piece.kind == "DropStmt" and piece.tree.removeType.name == "OBJECT_SCHEMA":
        return (HISTORY_SCHEMA, "") in set(dropped(piece.tree))
    return piece.kind == "DropOwnedStmt"


def _outside(piece: Piece) -> Iterator[Refusal]:
    if what := uses_outside(piece):
        yield Refusal(
            "sql_leaves_database",
            f"the SQL uses {what}, which acts outside of the database; no rollback takes that back",
            "a migration changes the schema and the rows of this database, nothing else",
            piece.offset,
        )


def uses_outside(piece: Piece) -> str:
    """What a statement uses that acts on the server's files or processes; "" for nothing."""
    if piece.kind == "CopyStmt" and (piece.tree.is_program or piece.tree.filename):
        return "a program" if piece.tree.is_program else "a file of the server"
    if piece.kind == "LoadStmt":
        return "a shared library"
    calls = (node for node in nodes(piece.tree) if isinstance(node, ast.FuncCall))
    return next((f"{name}()" for call in calls if (name := function_name(call)[1]) in OUTSIDE), "")


def _alone(piece: Piece) -> Iterator[Refusal]:
    if piece.kind in _ALONE or _concurrent(piece):
        yield Refusal(
            "sql_not_one_transaction",
            "the SQL has a statement that PostgreSQL runs only outside of a transaction, so it"
            " could not be rolled back together with its history row",
            _BY_FILE,
            piece.offset,
        )


def _concurrent(piece: Piece) -> bool:
    """CONCURRENTLY in any of its forms."""
    tree = piece.tree
    if piece.kind in ("IndexStmt", "DropStmt"):
        return bool(tree.concurrent)
    if piece.kind == "ReindexStmt":
        options = {option.defname for option in tree.params or ()}
        return "concurrently" in options or tree.relation is None
    if piece.kind == "VacuumStmt":
        return bool(tree.is_vacuumcmd)
    if piece.kind == "ClusterStmt":
        return tree.relation is None
    commands = tree.cmds or () if piece.kind == "AlterTableStmt" else ()
    return any(getattr(command.def_, "concurrent", False) for command in commands)


def _stdin(piece: Piece) -> Iterator[Refusal]:
    tree = piece.tree
    if piece.kind == "CopyStmt" and tree.is_from and not tree.filename:
        yield Refusal(
            "sql_copy_stdin",
            "COPY FROM STDIN has no data here",
            "write INSERT statements",
            piece.offset,
        )


def _managed(piece: Piece) -> Iterator[Refusal]:
    if piece.tree is None:
        return
    touched = [name for name in targets(piece.tree) if is_managed(piece.tree, name)]
    for node in changed_rows(nodes(piece.tree)):
        touched += [name for name in targets(node) if is_managed(node, name)]
    touched += [(name, "") for name in _paths(piece) if is_managed(piece.tree, (name, ""))]
    if touched:
        yield managed_refusal(touched[0], piece.offset)


def _paths(piece: Piece) -> Iterator[str]:
    """Schemas that a SET search_path names: names after it would mean things in there."""
    if piece.kind == "VariableSetStmt" and piece.tree.name == "search_path":
        for value in piece.tree.args or ():
            yield str(getattr(getattr(value, "val", None), "sval", ""))
