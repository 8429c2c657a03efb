"""Words for indexes."""

from __future__ import annotations

from typing import Any

from pglast import ast, parser
from pglast.enums import SortByDir, SortByNulls

from trueup.diff.words import alters
from trueup.diff.words.facts import Facts, Flag, Members, Value, flags, phrases, values
from trueup.diff.words.family import Family, pair_of
from trueup.diff.words.options import element_options
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, dotted, relation
from trueup.sql.clauses import clauses, elements
from trueup.sql.quote import plain_name

_ONLY = Flag("is now ON ONLY its table", "is no longer ON ONLY its table")


def words(before: str, after: str) -> list[str]:
    """What it indexes first, then its other properties."""
    old, new = Entry.of(before), Entry.of(after)
    return [*_elements(old, new), *phrases(_facts(old), _facts(new))]


def _elements(before: Entry, after: Entry) -> list[str]:
    """Where only operator classes or orders differ, each column is named; else all are shown."""
    old, new = _keys(before), _keys(after)
    if old.keys() == new.keys() and list(old) == list(new):
        return [p for e in old for p in phrases(old[e], new[e], f"column {e}")]
    return phrases(values(columns=_columns(before)), values(columns=_columns(after)))


def _keys(entry: Entry) -> dict[str, Facts]:
    """Each column or expression with its facts; a repeated one counts once more by its place."""
    node: Any
    node, _ = entry.first(ast.IndexStmt)
    texts = elements(_columns_text(entry))
    pairs = list(zip(node.indexParams, texts, strict=True))
    names = [plain_name(e.name) if e.name else plain(_expression(text)) for e, text in pairs]
    keys = [n if n not in names[:i] else f"{n} ({i + 1})" for i, n in enumerate(names)]
    return {key: _element(e, text) for key, (e, text) in zip(keys, pairs, strict=True)}


def _columns_text(entry: Entry) -> str:
    """`USING "btree" ("a", "b" DESC)`: the bracketed list after the method."""
    _, text = entry.first(ast.IndexStmt)
    using = clauses(text, "USING", "INCLUDE", "NULLS", "WITH", "TABLESPACE", "WHERE")["USING"]
    return using[using.index("(") :]


def _columns(entry: Entry) -> str:
    return plain(_columns_text(entry))


def _expression(element: str) -> str:
    """Up to the first closing bracket on its own level: an expression in an index is either a
    call or bracketed; what follows are collation, operator class and order."""
    depth = 0
    for token in parser.scan(element):
        word = element[token.start : token.end + 1]
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == ")":
            return element[: token.end + 1]
    return element


def _element(node: Any, text: str) -> Facts:
    return {
        "collation": Value(dotted(node.collation) or "the default"),
        "operator class": Value(_operator_class(node, text)),
        "order": Value(_order(node)),
    }


def _order(node: Any) -> str:
    """The place of nulls is said where it is not the one that the direction brings with it."""
    descending = node.ordering == SortByDir.SORTBY_DESC
    unusual = SortByNulls.SORTBY_NULLS_LAST if descending else SortByNulls.SORTBY_NULLS_FIRST
    nulls = (
        (" NULLS LAST" if descending else " NULLS FIRST") if node.nulls_ordering == unusual else ""
    )
    return f"{'DESC' if descending else 'ASC'}{nulls}"


def _operator_class(node: Any, text: str) -> str:
    name = dotted(node.opclass) or "the default"
    tail = text[len(_expression(text)) :] if not node.name else text
    given = tail[tail.index("(") :] if node.opclassopts and "(" in tail else ""
    return f"{name} {plain(given)}".strip()


def _facts(entry: Entry) -> Facts:
    node: Any
    node, text = entry.first(ast.IndexStmt)
    parts = clauses(text, "USING", "INCLUDE", "NULLS", "WITH", "TABLESPACE", "WHERE")
    found = values(table=relation(node.relation), method=node.accessMethod)
    found |= flags(UNIQUE=node.unique, NULLS_NOT_DISTINCT=node.nulls_not_distinct)
    included = tuple(map(plain, elements(parts.get("INCLUDE", ""))))
    if included:
        found["included column"] = Members(included, ordered=True)
    found |= values(WHERE=plain(parts.get("WHERE", "")))
    found |= element_options(node.options, entry.sliced)
    if not node.relation.inh:
        found["ON ONLY"] = _ONLY
    return found | alters.facts(entry) | alters.set_before(entry)


WORDS: Family = {
    "INDEX": pair_of(words),
}
