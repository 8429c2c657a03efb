"""Which objects a text makes, and which it takes away, by PostgreSQL's parser.

For telling people where something that is missing comes from. What a DO block or a function does
is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.sql.tree import trees

# Things that share a name space, or that messages do not tell apart.
RELATION, COLUMN, FUNCTION, TYPE, SCHEMA = "relation", "column", "function", "type", "schema"
_RELATIONS = frozenset(
    ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE",
     "OBJECT_FOREIGN_TABLE")
)  # fmt: skip
_FUNCTIONS = frozenset(
    ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE")
)
_TYPES = frozenset(("OBJECT_TYPE", "OBJECT_DOMAIN"))
_OF_TABLES = {"OBJECT_POLICY": "policy", "OBJECT_TRIGGER": "trigger", "OBJECT_RULE": "rule"}


@dataclass(frozen=True, slots=True)
class Thing:
    """An object as a message or a statement names it: `schema` is "" where it says none, `parent`
    the table of a column, constraint, policy or trigger."""

    kind: str
    name: str
    schema: str = ""
    parent: str = ""

    def is_the_same(self, other: Thing) -> bool:
        """Whether both can mean one object: what one of them leaves open does not tell them
        apart."""
        return (
            (self.kind, self.name) == (other.kind, other.name)
            and _fits(self.schema, other.schema)
            and _fits(self.parent, other.parent)
        )

    def __str__(self) -> str:
        name = f"{self.schema}.{self.name}" if self.schema else self.name
        of = f" of {self.parent}" if self.parent else ""
        return f"{self.kind} {name}{of}"


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a text makes and takes away, in its order."""

    made: tuple[Thing, ...] = ()
    gone: tuple[Thing, ...] = ()

    def makes(self, thing: Thing) -> bool:
        """Whether something made here can be this."""
        return any(one.is_the_same(thing) for one in self.made)

    def removes(self, thing: Thing) -> bool:
        """Whether something taken away here can be this, or the table it is of."""
        return any(
            one.is_the_same(thing) or (one.kind == RELATION and one.name == thing.parent)
            for one in self.gone
        )


def deeds(sql: str) -> Deeds:
    """What the statements of a text do; nothing where the parser can't read it."""
    from pglast import parser

    try:
        statements = trees(sql)
    except (parser.ParseError, ValueError):
        return Deeds()
    made = tuple(thing for statement in statements for thing in _made(statement))
    gone = tuple(thing for statement in statements for thing in _gone(statement))
    return Deeds(made, gone)


def _fits(one: str, other: str) -> bool:
    return not one or not other or one == other


def _made(node: Any) -> Iterator[Thing]:
    makes = _MAKERS.get(type(node).__name__)
    if makes:
        yield from makes(node)


def _table(node: Any) -> Iterator[Thing]:
    base = node if type(node).__name__ == "CreateStmt" else node.base
    yield _relation(base.relation)
    for part in base.tableElts or ():
        yield from _part(part, base.relation.relname)


def _part(part: Any, table: str) -> Iterator[Thing]:
    # ALTER COLUMN ... TYPE has a definition without a name, too: it makes nothing.
    if type(part).__name__ == "ColumnDef" and part.colname:
        yield Thing(COLUMN, part.colname, parent=table)
    elif type(part).__name__ == "Constraint" and part.conname:
        yield Thing("constraint", part.conname, parent=table)


def _altered(node: Any) -> Iterator[Thing]:
    for command in node.cmds or ():
        if command.def_ is not None:
            yield from _part(command.def_, _relname(node))


def _relname(node: Any) -> str:
    return str(node.relation.relname) if getattr(node, "relation", None) else ""


def _renamed(node: Any) -> Iterator[Thing]:
    yield from _rename(node, node.newname)


def _rename(node: Any, name: str | None) -> Iterator[Thing]:
    kind = node.renameType.name
    if name is None:
        return
    if kind in _RELATIONS:
        yield Thing(RELATION, name, str(node.relation.schemaname or ""))
    elif kind in ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"):
        what = COLUMN if kind == "OBJECT_COLUMN" else "constraint"
        yield Thing(what, name, parent=_relname(node))
    elif kind in _OF_TABLES:
        yield Thing(_OF_TABLES[kind], name, parent=_relname(node))
    elif kind in _FUNCTIONS:
        yield Thing(FUNCTION, name)
    elif kind in _TYPES:
        yield Thing(TYPE, name)
    elif kind in ("OBJECT_SCHEMA", "OBJECT_ROLE"):
        yield Thing(kind.removeprefix("OBJECT_").lower(), name)


def _before_rename(node: Any) -> Iterator[Thing]:
    old = node.subname
    if old is None and node.renameType.name in _RELATIONS:
        old = node.relation.relname
    if old is None and node.object is not None:
        names = getattr(node.object, "objname", node.object)
        old = _names(names)[-1] if _names(names) else None
    yield from _rename(node, old)


def _moved(node: Any) -> Iterator[Thing]:
    if node.relation is not None:
        yield Thing(RELATION, node.relation.relname, node.newschema)


def _gone(node: Any) -> Iterator[Thing]:
    removes = _REMOVERS.get(type(node).__name__)
    if removes:
        yield from removes(node)


def _dropped_objects(node: Any) -> Iterator[Thing]:
    for target in node.objects or ():
        yield from _dropped(node.removeType.name, target)


def _dropped_parts(node: Any) -> Iterator[Thing]:
    kinds = {"AT_DropColumn": COLUMN, "AT_DropConstraint": "constraint"}
    for command in node.cmds or ():
        kind = kinds.get(command.subtype.name)
        if kind:
            yield Thing(kind, command.name, parent=_relname(node))


def _dropped_roles(node: Any) -> Iterator[Thing]:
    yield from (Thing("role", role.rolename) for role in node.roles if role.rolename)


_REMOVERS: Mapping[str, Callable[[Any], Iterator[Thing]]] = {
    "DropStmt": _dropped_objects,
    "AlterTableStmt": _dropped_parts,
    "RenameStmt": _before_rename,
    "DropRoleStmt": _dropped_roles,
}


def _dropped(kind: str, target: Any) -> Iterator[Thing]:
    names = _names(getattr(target, "objname", None) or getattr(target, "names", None) or target)
    if not names:
        return
    schema = names[-2] if len(names) > 1 else ""
    if kind in _OF_TABLES:
        yield Thing(_OF_TABLES[kind], names[-1], parent=schema)
    elif kind in _RELATIONS:
        yield Thing(RELATION, names[-1], schema)
    elif kind in _FUNCTIONS:
        yield Thing(FUNCTION, names[-1], schema)
    elif kind in _TYPES:
        yield Thing(TYPE, names[-1], schema)
    else:
        yield Thing(_word(kind), names[-1])


def _word(kind: str) -> str:
    return kind.removeprefix("OBJECT_").replace("_", " ").lower()


def _names(value: Any) -> list[str]:
    """The words of a name, as parse trees give it: a string node, or several."""
    if hasattr(value, "sval"):
        return [value.sval]
    if isinstance(value, (list, tuple)):
        return [part.sval for part in value if hasattr(part, "sval")]
    return []


def _relation(relation: Any) -> Thing:
    return Thing(RELATION, relation.relname, relation.schemaname or "")


def _named(kind: str, attribute: str) -> Callable[[Any], Iterator[Thing]]:
    def of(node: Any) -> Iterator[Thing]:
        value = getattr(node, attribute)
        names = [value] if isinstance(value, str) else _names(value)
        if names:
            yield Thing(kind, names[-1], names[-2] if len(names) > 1 else "")

    return of


def _of_relation(attribute: str) -> Callable[[Any], Iterator[Thing]]:
    def of(node: Any) -> Iterator[Thing]:
        yield _relation(getattr(node, attribute))

    return of


def _of_table(kind: str, attribute: str, table: str) -> Callable[[Any], Iterator[Thing]]:
    def of(node: Any) -> Iterator[Thing]:
        yield Thing(kind, getattr(node, attribute), parent=getattr(node, table).relname)

    return of


def _index(node: Any) -> Iterator[Thing]:
    if node.idxname:
        yield Thing(RELATION, node.idxname)


def _defined(node: Any) -> Iterator[Thing]:
    kinds = {"OBJECT_TYPE": TYPE, "OBJECT_AGGREGATE": FUNCTION}
    kind = kinds.get(node.kind.name, _word(node.kind.name))
    yield from _named(kind, "defnames")(node)


def _created_as(node: Any) -> Iterator[Thing]:
    yield _relation(node.into.rel)


def _composite(node: Any) -> Iterator[Thing]:
    yield Thing(TYPE, node.typevar.relname, node.typevar.schemaname or "")


_MAKERS: Mapping[str, Callable[[Any], Iterator[Thing]]] = {
    "CreateStmt": _table,
    "CreateForeignTableStmt": _table,
    "AlterTableStmt": _altered,
    "ViewStmt": _of_relation("view"),
    "CreateTableAsStmt": _created_as,
    "CreateSeqStmt": _of_relation("sequence"),
    "IndexStmt": _index,
    "RenameStmt": _renamed,
    "AlterObjectSchemaStmt": _moved,
    "CreateFunctionStmt": _named(FUNCTION, "funcname"),
    "CreateEnumStmt": _named(TYPE, "typeName"),
    "CreateDomainStmt": _named(TYPE, "domainname"),
    "CreateRangeStmt": _named(TYPE, "typeName"),
    "CompositeTypeStmt": _composite,
    "DefineStmt": _defined,
    "CreateRoleStmt": _named("role", "role"),
    "CreateSchemaStmt": _named(SCHEMA, "schemaname"),
    "CreatePolicyStmt": _of_table("policy", "policy_name", "table"),
    "CreateTrigStmt": _of_table("trigger", "trigname", "relation"),
    "CreateExtensionStmt": _named("extension", "extname"),
    "CreatePublicationStmt": _named("publication", "pubname"),
    "CreateEventTrigStmt": _named("event trigger", "trigname"),
    "CreateForeignServerStmt": _named("server", "servername"),
}
