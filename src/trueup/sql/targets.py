"""What a statement is about: the objects it makes, changes, removes, or whose rows it changes.
What it only reads or refers to is not among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pglast import ast

from trueup.sql.names import dropped, listed, owner_of, relation

Name = tuple[str, str]

# Attributes that hold a statement's target as a RangeVar, or several.
_RANGES: Final = ("relation", "relations", "rel", "typevar", "view", "sequence")
# Attributes that hold it as a list of strings.
_LISTS: Final[dict[str, str]] = {
    "CreateEnumStmt": "typeName",
    "AlterEnumStmt": "typeName",
    "CreateRangeStmt": "typeName",
    "AlterTypeStmt": "typeName",
    "AlterDomainStmt": "typeName",
    "CreateDomainStmt": "domainname",
    "CreateFunctionStmt": "funcname",
    "AlterFunctionStmt": "func",
    "AlterOperatorStmt": "opername",
    "DefineStmt": "defnames",
    "CreateStatsStmt": "defnames",
    "AlterStatsStmt": "defnames",
    "CreateConversionStmt": "conversion_name",
    "CreateOpClassStmt": "opclassname",
    "CreateOpFamilyStmt": "opfamilyname",
    "AlterOpFamilyStmt": "opfamilyname",
}
_SCHEMAS: Final = ("schemaname", "local_schema", "newschema")
_NAMED: Final = ("AlterOwnerStmt", "AlterObjectSchemaStmt", "CommentStmt", "SecLabelStmt")
_READS: Final = ("SelectStmt", "ExplainStmt", "DeclareCursorStmt", "LockStmt")
# The rows of these are changed where the statement stands inside another one, in a WITH.
_CHANGES_ROWS: Final = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


def targets(tree: Any) -> list[Name]:
    """Schema and name of each target; the name is "" where it is the schema itself."""
    kind = type(tree).__name__
    if kind in _READS:
        return []
    if kind == "DropStmt":
        return list(dropped(tree))
    if kind == "GrantStmt":
        return list(_granted(tree))
    if kind == "CopyStmt":
        return [relation(tree.relation)] if tree.is_from and tree.relation else []
    return [*_ranges(tree), *_named(tree, kind), *_schemas(tree)]


def _ranges(tree: Any) -> Iterator[Name]:
    for attribute in _RANGES:
        value = getattr(tree, attribute, None)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, ast.RangeVar):
                yield relation(item)
    if isinstance(tree, ast.CreateTableAsStmt) and tree.into:
        yield relation(tree.into.rel)
    if isinstance(tree, ast.CreateForeignTableStmt):
        yield relation(tree.base.relation)  # type: ignore[union-attr]


def _named(tree: Any, kind: str) -> Iterator[Name]:
    if kind in _LISTS:
        parts = listed(getattr(tree, _LISTS[kind]))
        yield ("".join(parts[:-1][-1:]), parts[-1] if parts else "")
    elif kind in _NAMED and getattr(tree, "object", None) is not None:
        objtype = getattr(tree, "objtype", None) or tree.objectType
        yield owner_of(objtype.name, tree.object)
    elif kind == "RenameStmt" and getattr(tree, "object", None) is not None:
        yield owner_of(tree.renameType.name, tree.object)
    elif kind == "RenameStmt" and tree.renameType.name == "OBJECT_SCHEMA":
        yield (tree.subname or "", "")


def _schemas(tree: Any) -> Iterator[Name]:
    for attribute in _SCHEMAS:
        value = getattr(tree, attribute, None)
        if isinstance(value, str):
            yield (value, "")


def _granted(tree: Any) -> Iterator[Name]:
    in_schema = tree.targtype.name == "ACL_TARGET_ALL_IN_SCHEMA"
    for item in tree.objects or ():
        parts = listed(item)
        if in_schema or tree.objtype.name == "OBJECT_SCHEMA":
            yield (parts[-1] if parts else "", "")
        elif parts:
            yield ("".join(parts[:-1][-1:]), parts[-1])


def changed_rows(nodes: Iterator[Any]) -> Iterator[Any]:
    """The statements among nodes that change rows."""
    return (node for node in nodes if isinstance(node, _CHANGES_ROWS))
