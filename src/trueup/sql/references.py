"""Which columns and which names a piece of DDL speaks of, read from PostgreSQL's parse tree.

pg_dump's dependencies end at the table; which of its columns a view, a policy or an index looks
at stands only in its text. Names are resolved as far as the text alone allows and, in doubt,
taken as used: the price is an object rebuilt that could have stayed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pglast import ast, parser

from trueup.sql.names import relation as named
from trueup.sql.quote import string_of, unquoted
from trueup.sql.tree import kind_of, nodes, trees

Relation = tuple[str, str]


@dataclass
class References:
    """What a text says about columns.

    `bare` are column names without a qualifier, `by_alias` those with one, `starred` the
    qualifiers of whole-row references; `aliases` says which relations a qualifier can stand for,
    `owned` are names that belong to one relation for certain (the two sides of a foreign key).
    """

    bare: set[str] = field(default_factory=set)
    by_alias: dict[str, set[str]] = field(default_factory=dict)
    starred: set[str] = field(default_factory=set)
    star: bool = False
    aliases: dict[str, set[Relation]] = field(default_factory=dict)
    owned: dict[Relation, set[str]] = field(default_factory=dict)

    def columns_of(self, relation: Relation, columns: Collection[str]) -> frozenset[str]:
        """Those of a relation's `columns` that the text may be using."""
        if self.star or any(self._may_be(name, relation) for name in self.starred):
            return frozenset(columns)
        used = self.bare | self.owned.get(relation, set())
        for alias, names in self.by_alias.items():
            if self._may_be(alias, relation):
                used |= names
        return frozenset(columns) & used

    def _may_be(self, alias: str, relation: Relation) -> bool:
        known = self.aliases.get(alias)
        return known is None or relation in known


@lru_cache(maxsize=1 << 16)
def references(ddl: str) -> References:
    """The columns that a text of one or more statements speaks of.

    Raises pglast.parser.ParseError when PostgreSQL's parser can't read it.
    """
    found = References()
    for node in nodes(trees(ddl)):
        reader = _READERS.get(kind_of(node))
        if reader:
            reader(found, node)
    return found


def _range_var(found: References, node: Any) -> None:
    alias = node.alias.aliasname if node.alias else node.relname
    found.aliases.setdefault(alias, set()).add(named(node))


def _aliased(found: References, node: Any) -> None:
    """A subquery, function or CTE in FROM: its columns are not those of a table."""
    name = node.alias.aliasname if getattr(node, "alias", None) else getattr(node, "ctename", None)
    if name:
        found.aliases.setdefault(name, set())


def _column_ref(found: References, node: Any) -> None:
    names = [part.sval or "" for part in node.fields if isinstance(part, ast.String)]
    has_star = len(names) < len(node.fields)
    if has_star and not names:
        found.star = True
    elif has_star:
        found.starred.add(names[-1])
    elif len(names) == 1:
        found.bare.add(names[0])
    else:
        found.by_alias.setdefault(names[-2], set()).add(names[-1])


def _strings(values: Any) -> set[str]:
    return {value.sval or "" for value in values or () if isinstance(value, ast.String)}


def _join(found: References, node: Any) -> None:
    found.bare |= _strings(node.usingClause)
    _aliased(found, node)


def _constraint(found: References, node: Any) -> None:
    found.bare |= _strings(node.keys) | _strings(node.including) | _strings(node.fk_attrs)
    if node.pktable:
        found.owned.setdefault(named(node.pktable), set()).update(_strings(node.pk_attrs))


def _named(found: References, node: Any) -> None:
    if node.name:
        found.bare.add(node.name)


def _trigger(found: References, node: Any) -> None:
    found.bare |= _strings(node.columns)


def _publication_table(found: References, node: Any) -> None:
    found.bare |= _strings(node.columns)


def _access(found: References, node: Any) -> None:
    found.bare |= _strings(node.cols)


def _comment(found: References, node: Any) -> None:
    if isinstance(node.object, tuple | list):
        found.bare |= _strings(node.object[-1:])


def _alter_command(found: References, node: Any) -> None:
    if node.name:
        found.bare.add(node.name)


def _inserted(found: References, node: Any) -> None:
    found.bare |= {target.name for target in node.cols or () if target.name}


def _updated(found: References, node: Any) -> None:
    found.bare |= {target.name for target in node.targetList or () if target.name}


def _owner(found: References, node: Any) -> None:
    if node.defname == "owned_by":
        found.bare |= _strings(node.arg[-1:])


_READERS = {
    "RangeVar": _range_var,
    "RangeSubselect": _aliased,
    "RangeFunction": _aliased,
    "RangeTableFunc": _aliased,
    "CommonTableExpr": _aliased,
    "ColumnRef": _column_ref,
    "JoinExpr": _join,
    "Constraint": _constraint,
    "IndexElem": _named,
    "StatsElem": _named,
    "PartitionElem": _named,
    "CreateTrigStmt": _trigger,
    "PublicationTable": _publication_table,
    "AccessPriv": _access,
    "CommentStmt": _comment,
    "SecLabelStmt": _comment,
    "AlterTableCmd": _alter_command,
    "InsertStmt": _inserted,
    "UpdateStmt": _updated,
    "DefElem": _owner,
}


@dataclass(frozen=True, slots=True)
class Mentions:
    """Every word of a text: `names` are identifiers wherever they stand (also inside string
    constants, where a regclass or regproc keeps its name), `bare` those without a dot before or
    after them, `qualified` the pairs with a dot between, `operators` the operator symbols,
    `literals` the string constants."""

    names: frozenset[str]
    bare: frozenset[str]
    qualified: frozenset[tuple[str, str]]
    operators: frozenset[str]
    literals: frozenset[str]


@lru_cache(maxsize=1 << 16)
def mentions(sql: str) -> Mentions:
    """The words of a text. Raises pglast.parser.ParseError when it can't be lexed."""
    words = [(token.name, sql[token.start : token.end + 1]) for token in parser.scan(sql)]
    literals = {string_of(word) for name, word in words if name == "SCONST"}
    names, bare, qualified = _identifiers(words)
    for literal in literals:
        inner = _inner_words(literal)
        more, _, pairs = _identifiers(inner)
        names |= more
        qualified |= pairs
    return Mentions(
        frozenset(names),
        frozenset(bare),
        frozenset(qualified),
        frozenset(word for name, word in words if name == "Op" or name in _OPERATORS),
        frozenset(literals),
    )


_OPERATORS = frozenset({f"ASCII_{ord(sign)}" for sign in "+-*/%^<>="}) | {
    "LESS_EQUALS",
    "GREATER_EQUALS",
    "NOT_EQUALS",
}
_Words = list[tuple[str, str]]


def _identifiers(words: _Words) -> tuple[set[str], set[str], set[tuple[str, str]]]:
    names: set[str] = set()
    bare: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    texts = ["", *(word for _, word in words), "", ""]
    for before, word, after, next_word in zip(texts, texts[1:], texts[2:], texts[3:], strict=False):
        name = _identifier(word)
        if not name:
            continue
        names.add(name)
        if after == "." and _identifier(next_word):
            pairs.add((name, _identifier(next_word)))
        elif before != ".":
            bare.add(name)
    return names, bare, pairs


def _identifier(word: str) -> str:
    """The name that a token stands for; "" when it is none."""
    return unquoted(word) if word[:1].isalpha() or word[:1] in ("_", '"') else ""


def _inner_words(literal: str) -> _Words:
    """The words of a constant that could be a name; most texts are no names and are passed over."""
    if not literal or len(literal) > _LONGEST_NAME:
        return []
    try:
        return [(t.name, literal[t.start : t.end + 1]) for t in parser.scan(literal)]
    except parser.ParseError:
        return []


# A schema and a name of 63 bytes each, quoted, plus a function's argument types.
_LONGEST_NAME = 400
