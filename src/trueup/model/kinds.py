"""What is known of the kinds of objects that pg_dump tells of: one table for all who ask.

A kind that isn't here (a newer PostgreSQL's) has the properties of most: it is made and dropped,
is called what pg_dump calls it, and its tag is its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Tag(Enum):
    """How an archive entry's tag names its object (pg_dump.c: dumpConstraint, dumpTrigger,
    dumpRule, dumpPolicy, dumpAttrDef, dumpFunc, dumpComment, dumpACL and so on)."""

    NAME = auto()  # by its name
    ARGUMENTS = auto()  # by its name with the types of its arguments
    ON_TABLE = auto()  # "table name"
    ABOUT = auto()  # "KIND name": something said of another object


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `word` is what people call it, "" for pg_dump's word; `verbs` what is said of one
    that came and one that went, empty for what is only a property of something else.

    `privileges` are those that GRANT knows on it, `grant` how GRANT calls it where that is not
    pg_dump's word, `defaults` how ALTER DEFAULT PRIVILEGES does, `open_to_all` whether PUBLIC has
    them all from the start (https://www.postgresql.org/docs/current/ddl-priv.html); `owned` is
    whether it has an owner that ALTER … OWNER TO changes.
    """

    word: str = ""
    tag: Tag = Tag.NAME
    verbs: tuple[str, ...] = ("created", "dropped")
    privileges: tuple[str, ...] = ()
    grant: str = ""
    defaults: str = ""
    open_to_all: bool = False
    owned: bool = False


TABLE_PRIVILEGES: Final = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER",
)  # fmt: skip
_SAID: Final = ("added", "removed")
_OTHER: Final = Kind()


def _relation() -> Kind:
    return Kind(privileges=TABLE_PRIVILEGES, grant="TABLE", defaults="TABLES", owned=True)


def _routine(grant: str = "") -> Kind:
    return Kind(
        tag=Tag.ARGUMENTS,
        privileges=("EXECUTE",),
        grant=grant,
        defaults="FUNCTIONS",
        open_to_all=True,
        owned=True,
    )


def _type(grant: str = "") -> Kind:
    return Kind(privileges=("USAGE",), grant=grant, defaults="TYPES", open_to_all=True, owned=True)


def _on_table(word: str) -> Kind:
    return Kind(word, tag=Tag.ON_TABLE)


def _property(word: str = "") -> Kind:
    return Kind(word, verbs=())


KINDS: Final[Mapping[str, Kind]] = {
    "ACL": Kind("privileges", tag=Tag.ABOUT, verbs=()),
    "AGGREGATE": _routine("FUNCTION"),
    "BLOB": Kind("large object"),
    "BLOB METADATA": Kind("large object"),
    "CHECK CONSTRAINT": _on_table("constraint"),
    "COLLATION": Kind(owned=True),
    "COMMENT": Kind(tag=Tag.ABOUT, verbs=_SAID),
    "CONSTRAINT": _on_table("constraint"),
    "CONVERSION": Kind(owned=True),
    "DEFAULT": Kind(tag=Tag.ON_TABLE, verbs=()),
    "DEFAULT ACL": _property(),
    "DOMAIN": _type("TYPE"),
    "EVENT TRIGGER": Kind(owned=True),
    "FK CONSTRAINT": _on_table("constraint"),
    "FOREIGN DATA WRAPPER": Kind(privileges=("USAGE",), owned=True),
    "FOREIGN TABLE": _relation(),
    "FUNCTION": _routine(),
    "INDEX ATTACH": _property("index partition"),
    "MATERIALIZED VIEW": _relation(),
    "OPERATOR": Kind(owned=True),
    "OPERATOR CLASS": Kind(owned=True),
    "OPERATOR FAMILY": Kind(owned=True),
    "POLICY": _on_table("policy"),
    "PRIVILEGES": _property(),
    "PROCEDURAL LANGUAGE": Kind(
        "language", privileges=("USAGE",), grant="LANGUAGE", open_to_all=True
    ),
    "PROCEDURE": _routine(),
    "PUBLICATION": Kind(owned=True),
    "PUBLICATION TABLE": Kind(verbs=_SAID),
    "PUBLICATION TABLES IN SCHEMA": Kind(verbs=_SAID),
    "ROW SECURITY": _property("table"),
    "RULE": _on_table("rule"),
    "SCHEMA": Kind(privileges=("USAGE", "CREATE"), defaults="SCHEMAS", owned=True),
    "SECURITY LABEL": Kind(tag=Tag.ABOUT, verbs=_SAID),
    "SEQUENCE": Kind(privileges=("USAGE", "SELECT", "UPDATE"), defaults="SEQUENCES", owned=True),
    "SEQUENCE OWNED BY": _property("sequence"),
    "SERVER": Kind(privileges=("USAGE",), grant="FOREIGN SERVER", owned=True),
    "STATISTICS": Kind(owned=True),
    "SUBSCRIPTION": Kind(owned=True),
    "TABLE": _relation(),
    "TABLE ATTACH": _property("partition"),
    "TEXT SEARCH CONFIGURATION": Kind(owned=True),
    "TEXT SEARCH DICTIONARY": Kind(owned=True),
    "TRIGGER": _on_table("trigger"),
    "TYPE": _type(),
    "VIEW": _relation(),
}

TABLES: Final = ("TABLE", "FOREIGN TABLE")
# What can have indexes, and what has rows of its own or of somebody else's.
INDEXABLE: Final = ("TABLE", "MATERIALIZED VIEW")
WITH_ROWS: Final = (*TABLES, "MATERIALIZED VIEW")
RELATIONS: Final = (*TABLES, "VIEW", "MATERIALIZED VIEW")
ROUTINES: Final = ("FUNCTION", "PROCEDURE", "AGGREGATE")
ABOUT: Final = frozenset(name for name, kind in KINDS.items() if kind.tag is Tag.ABOUT)


def kind_named(name: str) -> Kind:
    """What is known of a kind."""
    return KINDS.get(name, _OTHER)


def grant_word(name: str) -> str:
    """How GRANT and REVOKE call a kind of object."""
    return kind_named(name).grant or name


def kinds_by_grant_word() -> dict[str, str]:
    """Each word of GRANT that stands for one kind alone, with that kind."""
    return {kind.grant: name for name, kind in KINDS.items() if kind.grant not in ("", *KINDS)}


# The words with which tags of comments, labels and rights begin.
_SUBJECTS: Final = (
    "ACCESS METHOD", "AGGREGATE", "CAST", "COLLATION", "COLUMN", "CONSTRAINT", "CONVERSION",
    "DOMAIN", "EVENT TRIGGER", "EXTENSION", "FOREIGN DATA WRAPPER", "FOREIGN SERVER",
    "FOREIGN TABLE", "FUNCTION", "INDEX", "LANGUAGE", "LARGE OBJECT", "LARGE OBJECTS",
    "MATERIALIZED VIEW", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY", "POLICY", "PROCEDURE",
    "PROCEDURAL LANGUAGE", "PUBLICATION", "ROUTINE", "RULE", "SCHEMA", "SEQUENCE", "SERVER",
    "STATISTICS", "SUBSCRIPTION", "TABLE", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER", "TEXT SEARCH TEMPLATE", "TRANSFORM", "TRIGGER", "TYPE", "VIEW",
)  # fmt: skip


def subject_of_tag(tag: str) -> tuple[str, str]:
    """What a tag of `ABOUT` form is about: the word for its kind, "" where none is known, and its
    name."""
    word = max(_fitting(tag), key=len, default="")
    return word, tag[len(word) :].strip()


def _fitting(tag: str) -> Iterable[str]:
    return (word for word in _SUBJECTS if tag.startswith(f"{word} "))
