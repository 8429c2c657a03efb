"""What people call an object: from pg_dump's kind, schema and tag to `trigger tr on public.t`."""

from __future__ import annotations

from collections.abc import Callable

from trueup.model.kinds import Tag, kind_named, subject_of_tag
from trueup.model.schema import ObjectKey
from trueup.sql.quote import plain_name


def display(key: ObjectKey) -> str:
    """How people name the object, such as `function public.f(integer, text)`."""
    special = _SPECIAL.get(key.kind)
    if special:
        return special(key)
    kind = kind_named(key.kind)
    word = kind.word or key.kind.lower()
    if kind.tag is Tag.ABOUT:
        return f"{word} on {_about(key)}"
    return f"{word} {_on_table(key) if kind.tag is Tag.ON_TABLE else _qualified(key)}"


def _qualified(key: ObjectKey) -> str:
    if kind_named(key.kind).tag is Tag.ARGUMENTS:
        name, bracket, arguments = key.name.partition("(")
        return _within(key.schema, f"{plain_name(name)}{bracket}{arguments}")
    return _within(key.schema, plain_name(key.name))


def _within(schema: str, name: str) -> str:
    return f"{plain_name(schema)}.{name}" if schema else name


def _on_table(key: ObjectKey) -> str:
    """Table and name are separated by a space; where a table's name holds one, its first word is
    taken for all of it."""
    table, _, name = key.name.partition(" ")
    shown = plain_name(name, always=key.kind == "POLICY")
    return f"{shown} on {_within(key.schema, plain_name(table))}"


def _about(key: ObjectKey) -> str:
    kind, name = subject_of_tag(key.name)
    what, _, table = _split_on(name)
    if kind in _TAGGED:
        return _TAGGED[kind](ObjectKey(kind, key.schema, name))
    if not table:
        return f"{kind.lower()} {_within(key.schema, name)}".strip()
    domain = table.removeprefix("DOMAIN ")
    place = f"{'domain ' if domain != table else ''}{_within(key.schema, domain)}"
    return f"{kind.lower()} {what} on {place}"


def _split_on(name: str) -> tuple[str, str, str]:
    """The name cut at the first ` ON ` outside quotes."""
    at = name.find(" ON ")
    while at >= 0 and name.count('"', 0, at) % 2:
        at = name.find(" ON ", at + 1)
    return (name, "", "") if at < 0 else (name[:at], " ON ", name[at + 4 :])


def _default(key: ObjectKey) -> str:
    table, _, column = key.name.partition(" ")
    return f"column {_within(key.schema, f'{plain_name(table)}.{plain_name(column)}')}"


def _default_acl(key: ObjectKey) -> str:
    what, _, role = key.name.partition(" FOR ROLE ")
    place = f" in schema {plain_name(key.schema)}" if key.schema else ""
    return f"{what.lower()} for role {plain_name(role)}{place}"


def _publication_table(key: ObjectKey) -> str:
    publication, _, table = key.name.partition(" ")
    where = _within(key.schema, plain_name(table))
    return f"table {where} in publication {plain_name(publication)}"


def _publication_schema(key: ObjectKey) -> str:
    publication, _, schema = key.name.partition(" ")
    return f"schema {plain_name(schema)} in publication {plain_name(publication)}"


def _as_tagged(key: ObjectKey) -> str:
    """`CAST (a AS b)`, `TRANSFORM FOR a LANGUAGE b`: the tag says the kind itself."""
    words = key.name.removeprefix(key.kind)
    for keyword in (" AS ", "FOR ", " LANGUAGE "):
        words = words.replace(keyword, keyword.lower())
    return f"{key.kind.lower()} {words.strip()}"


def _user_mapping(key: ObjectKey) -> str:
    """The tag is `USER MAPPING user SERVER server` with bare names."""
    user, _, server = key.name.removeprefix("USER MAPPING ").partition(" SERVER ")
    return f"user mapping for {plain_name(user)} on server {plain_name(server)}"


def _operator(key: ObjectKey) -> str:
    return f"operator {_within(key.schema, key.name)}"


def _privileges(key: ObjectKey) -> str:
    """The name of what the rights are on, a routine's with its arguments."""
    name = key.name if key.name.endswith(")") else plain_name(key.name)
    return f"privileges on {_within(key.schema, name)}"


def _by_method(key: ObjectKey) -> str:
    """`name USING method` with a bare name."""
    name, using, method = key.name.partition(" USING ")
    return f"{key.kind.lower()} {_within(key.schema, plain_name(name))}{using.lower()}{method}"


def _by_method_quoted(key: ObjectKey) -> str:
    return f"{key.kind.lower()} {_within(key.schema, key.name.replace(' USING ', ' using '))}"


_Names = dict[str, Callable[[ObjectKey], str]]
# How the tags of comments and rights name what they are about: quoted where it must be.
_TAGGED: _Names = {
    "CAST": _as_tagged,
    "OPERATOR CLASS": _by_method_quoted,
    "OPERATOR FAMILY": _by_method_quoted,
    "TRANSFORM": _as_tagged,
}
_SPECIAL: _Names = {
    "CAST": _as_tagged,
    "DEFAULT": _default,
    "DEFAULT ACL": _default_acl,
    "OPERATOR": _operator,
    "OPERATOR CLASS": _by_method,
    "OPERATOR FAMILY": _by_method,
    "PRIVILEGES": _privileges,
    "PUBLICATION TABLE": _publication_table,
    "PUBLICATION TABLES IN SCHEMA": _publication_schema,
    "TRANSFORM": _as_tagged,
    "USER MAPPING": _user_mapping,
}
