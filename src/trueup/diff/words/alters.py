"""Facts from the ALTER statements that pg_dump appends to an entry for what CREATE can't say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pglast import ast
from pglast.enums import AlterTableType

from trueup.diff.words.facts import Fact, Facts, Flag, Value
from trueup.diff.words.options import element_options
from trueup.diff.words.tree import Entry
from trueup.sql.quote import plain_name
from trueup.sql.slices import Sliced
from trueup.sql.tree import is_a

Read = Callable[[Any, Sliced], Facts]


def facts(entry: Entry) -> Facts:
    """Statistics targets, storage, clustering, replica identity, whether a trigger or rule fires,
    and the extension it depends on."""
    found: Facts = {}
    tree: Any
    for tree, _ in entry.trees:
        if is_a(tree, ast.AlterObjectDependsStmt):
            extension = plain_name(tree.extname.sval)
            found[f"depends on {extension}"] = Flag(
                f"now depends on extension {extension}",
                f"no longer depends on extension {extension}",
            )
        elif is_a(tree, ast.AlterTableStmt):
            for command in tree.cmds or ():
                read = _COMMANDS.get(command.subtype)
                found |= read(command, entry.sliced) if read else {}
    return found


def set_before(entry: Entry) -> Facts:
    """Tablespace and access method, which pg_restore sets before the CREATE and back after it."""
    given: dict[str, str] = {}
    tree: Any
    for tree, _ in entry.all(ast.VariableSetStmt):
        given.setdefault(tree.name, tree.args[0].val.sval if tree.args else "")
    return {
        "access method": Value(given.get("default_table_access_method") or "heap"),
        "tablespace": Value(given.get("default_tablespace") or "the default"),
    }


def _column(command: Any) -> str:
    return f'column "{command.name}"' if command.name else f"column {command.num}"


def _statistics(command: Any, _: Sliced) -> Facts:
    return {f"{_column(command)} statistics target": Value(str(command.def_.ival))}


def _storage(command: Any, _: Sliced) -> Facts:
    return {f"{_column(command)} storage": Value(command.def_.sval.upper())}


def _compression(command: Any, _: Sliced) -> Facts:
    return {f"{_column(command)} compression": Value(command.def_.sval)}


def _options(command: Any, sliced: Sliced) -> Facts:
    return element_options(command.def_, sliced, f"{_column(command)} option")


def _cluster(_: Any, __: Sliced) -> Facts:
    return {"cluster": Flag("is now the index to cluster on", "is no longer clustered on")}


def _replica_identity(_: Any, __: Sliced) -> Facts:
    return {"identity": Flag("is now the replica identity", "is no longer the replica identity")}


def _fires(state: str) -> Read:
    fact: Fact = Value(state)
    return lambda _, __: {"state": fact}


_COMMANDS: Mapping[Any, Read] = {
    AlterTableType.AT_SetStatistics: _statistics,
    AlterTableType.AT_SetStorage: _storage,
    AlterTableType.AT_SetCompression: _compression,
    AlterTableType.AT_SetOptions: _options,
    AlterTableType.AT_ClusterOn: _cluster,
    AlterTableType.AT_ReplicaIdentity: _replica_identity,
    AlterTableType.AT_DisableTrig: _fires("disabled"),
    AlterTableType.AT_EnableAlwaysTrig: _fires("enabled always"),
    AlterTableType.AT_EnableReplicaTrig: _fires("enabled on replicas only"),
    AlterTableType.AT_EnableTrig: _fires("enabled"),
    AlterTableType.AT_DisableRule: _fires("disabled"),
    AlterTableType.AT_EnableAlwaysRule: _fires("enabled always"),
    AlterTableType.AT_EnableReplicaRule: _fires("enabled on replicas only"),
    AlterTableType.AT_EnableRule: _fires("enabled"),
}
