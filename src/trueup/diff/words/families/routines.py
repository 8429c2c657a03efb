"""Words for what is built on functions: aggregates, operators, classes, casts and the like."""

from __future__ import annotations

from typing import Any

from pglast import ast
from pglast.enums import CoercionContext

from trueup.diff.words.facts import Facts, Flag, Members, Value, flags, values
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.options import definition
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, dotted
from trueup.sql.clauses import after, clauses, elements, until
from trueup.sql.tree import constant


def definition_facts(ddl: str) -> Facts:
    """The facts of CREATE AGGREGATE, OPERATOR, COLLATION and others of one form."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.DefineStmt)
    return definition(tree.definition, entry.sliced)


def class_facts(ddl: str) -> Facts:
    """The facts of an operator class."""
    tree: Any
    tree, text = Entry.of(ddl).first(ast.CreateOpClassStmt)
    found = values(type=plain(clauses(text, "TYPE", "USING").get("TYPE", "")))
    found |= values(access_method=tree.amname, family=dotted(tree.opfamilyname))
    if tree.isDefault:
        found["default"] = Flag("is now the DEFAULT", "is no longer the DEFAULT")
    return found | _items(after(text, "AS"))


def family_facts(ddl: str) -> Facts:
    """The facts of an operator family: what ALTER … ADD gives it."""
    entry = Entry.of(ddl)
    added = [after(text, "ADD") for _, text in entry.all(ast.AlterOpFamilyStmt)]
    return _items(", ".join(added))


def _items(text: str) -> Facts:
    """`OPERATOR 1 <(integer,integer)`, `FUNCTION 1 …`, `STORAGE …`."""
    return {"member": Members(tuple(map(plain, elements(text))))}


_CONTEXTS = {
    CoercionContext.COERCION_IMPLICIT: "AS IMPLICIT",
    CoercionContext.COERCION_ASSIGNMENT: "AS ASSIGNMENT",
    CoercionContext.COERCION_EXPLICIT: "explicit only",
}


def cast_facts(ddl: str) -> Facts:
    """The facts of a cast."""
    tree: Any
    tree, text = Entry.of(ddl).first(ast.CreateCastStmt)
    how = next((text[text.index(w) :] for w in ("WITH FUNCTION", "WITH INOUT") if w in text), "")
    return {
        "method": Value(plain(until(how, "AS")) or "WITHOUT FUNCTION"),
        "use": Value(_CONTEXTS.get(tree.context, "")),
    }


def transform_facts(ddl: str) -> Facts:
    """The facts of a transform."""
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.CreateTransformStmt)
    return values(
        FROM_SQL_function=dotted(tree.fromsql.objname) if tree.fromsql else None,
        TO_SQL_function=dotted(tree.tosql.objname) if tree.tosql else None,
    )


def conversion_facts(ddl: str) -> Facts:
    """The facts of a conversion."""
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.CreateConversionStmt)
    found = values(function=dotted(tree.func_name))
    found |= values(source_encoding=tree.for_encoding_name)
    found |= values(destination_encoding=tree.to_encoding_name)
    return found | flags(DEFAULT=tree.def_)


def access_method_facts(ddl: str) -> Facts:
    """The facts of an access method."""
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.CreateAmStmt)
    return values(
        handler=dotted(tree.handler_name), type={"t": "TABLE", "i": "INDEX"}.get(str(tree.amtype))
    )


def language_facts(ddl: str) -> Facts:
    """The facts of a procedural language."""
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.CreatePLangStmt)
    found = values(
        handler=dotted(tree.plhandler),
        inline_handler=dotted(tree.plinline),
        validator=dotted(tree.plvalidator),
    )
    return found | flags(TRUSTED=tree.pltrusted)


def extension_facts(ddl: str) -> Facts:
    """The facts of an extension: pg_dump writes its schema, others may add the version."""
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.CreateExtensionStmt)
    given = {option.defname: constant(option.arg) for option in tree.options or ()}
    return values(schema=given.get("schema"), version=given.get("new_version"))


WORDS: Family = {
    "ACCESS METHOD": facts_of(access_method_facts),
    "AGGREGATE": facts_of(definition_facts),
    "CAST": facts_of(cast_facts),
    "COLLATION": facts_of(definition_facts),
    "CONVERSION": facts_of(conversion_facts),
    "EXTENSION": facts_of(extension_facts),
    "OPERATOR": facts_of(definition_facts),
    "OPERATOR CLASS": facts_of(class_facts),
    "OPERATOR FAMILY": facts_of(family_facts),
    "PROCEDURAL LANGUAGE": facts_of(language_facts),
    "TEXT SEARCH DICTIONARY": facts_of(definition_facts),
    "TEXT SEARCH PARSER": facts_of(definition_facts),
    "TEXT SEARCH TEMPLATE": facts_of(definition_facts),
    "TRANSFORM": facts_of(transform_facts),
}
