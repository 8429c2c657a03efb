"""Words for the jobs of pg_cron, which are told as the calls that make them."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Code, Facts, Flag, values
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.tree import Entry

_SCHEDULE, _IN_DATABASE = 3, 6


def facts(ddl: str) -> Facts:
    """The facts of a job: cron.schedule(name, schedule, command), or with database, user and
    whether it is active; without a name the key says it all."""
    tree: Any
    tree, _ = Entry.of(ddl).first(ast.SelectStmt)
    given = tree.targetList[0].val.args
    if len(given) < _SCHEDULE:
        return {}
    found: Facts = values(schedule=_text(given[1]))
    found["command"] = Code(_text(given[2]))
    if len(given) == _IN_DATABASE:
        found |= values(database=_text(given[3]), user=_text(given[4]))
        if not given[5].val.boolval:
            found["inactive"] = Flag()
    return found


def _text(node: Any) -> str:
    return str(getattr(node.val, "sval", "")) if isinstance(node, ast.A_Const) else ""


WORDS: Family = {
    "CRON JOB": facts_of(facts),
}
