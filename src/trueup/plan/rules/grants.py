"""Rights: GRANTs on objects and columns, and default privileges.

pg_dump writes rights as statements that lead from PostgreSQL's own defaults to what is there
(buildACLCommands in dumputils.c). Undoing such a list backwards leads to the defaults again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from pglast import ast
from pglast.enums import RoleSpecType

from trueup.model.kinds import ROUTINES, grant_word, kind_named
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.slices import Sliced
from trueup.sql.statements import split
from trueup.sql.tree import first

ACL, DEFAULT_ACL = "ACL", "DEFAULT ACL"


@dataclass(frozen=True, slots=True)
class Right:
    """One GRANT or REVOKE: `before` and `after` are its text around the privileges and the
    grantee; `grantor` the role it is run as, "" for the object's owner."""

    sql: str
    is_grant: bool
    privileges: str
    target: str
    grantee: str
    with_grant_option: bool
    grantor: str
    start: str

    def undo(self) -> str:
        """The statement that takes this one back."""
        verb, preposition = ("REVOKE", "FROM") if self.is_grant else ("GRANT", "TO")
        text = f"{self.start}{verb} {self.privileges} ON {self.target} {preposition} {self.grantee}"
        return _as(self.grantor, text)

    def redo(self) -> str:
        """The statement itself."""
        return _as(self.grantor, self.sql)


def _as(grantor: str, text: str) -> str:
    if not grantor:
        return text
    role = quote(grantor)
    return f"SET SESSION AUTHORIZATION {role};\n{text};\nRESET SESSION AUTHORIZATION"


@lru_cache(maxsize=1 << 16)
def rights(ddl: str) -> tuple[Right, ...]:
    """The statements of an ACL or DEFAULT ACL entry."""
    found: list[Right] = []
    grantor = ""
    for text in split(ddl):
        stmt: Any = first(text)
        if isinstance(stmt, ast.VariableSetStmt):
            grantor = stmt.args[0].val.sval if stmt.args else ""
            continue
        grant: Any = stmt.action if isinstance(stmt, ast.AlterDefaultPrivilegesStmt) else stmt
        found.append(_right(text, grant, grantor))
    return tuple(found)


def _right(text: str, grant: Any, grantor: str) -> Right:
    sliced = Sliced.of(text)
    words = [(t.name, t.start, t.end + 1) for t in sliced.tokens]
    verb = next(i for i, w in enumerate(words) if w[0] in ("GRANT", "REVOKE"))
    on = next(i for i, w in enumerate(words) if i > verb and w[0] == "ON")
    to = max(i for i, w in enumerate(words) if w[0] in ("TO", "FROM"))
    return Right(
        sql=text,
        is_grant=bool(grant.is_grant),
        privileges=text[words[verb][2] : words[on][1]].strip(),
        target=text[words[on][2] : words[to][1]].strip(),
        grantee=_role(grant.grantees[0]),
        with_grant_option=bool(grant.grant_option),
        grantor=grantor,
        start=text[: words[verb][1]],
    )


def _role(role: Any) -> str:
    return "PUBLIC" if role.roletype == RoleSpecType.ROLESPEC_PUBLIC else quote(role.rolename)


def _changed_grantees(old: Sequence[Right], new: Sequence[Right]) -> set[str]:
    """Whose rights differ; with them those that hold their rights from one whose rights do."""
    every = {right.grantee for right in (*old, *new)}
    changed = {g for g in every if _of(old, g) != _of(new, g)}
    while True:
        more = {r.grantee for r in old if r.grantor and quote(r.grantor) in changed} - changed
        if not more:
            return changed
        changed |= more


def _of(held: Sequence[Right], grantee: str) -> list[tuple[str, str]]:
    return [(right.grantor, right.sql) for right in held if right.grantee == grantee]


class AclRule(Rule):
    """Rights on an object or a column."""

    kinds: ClassVar[tuple[str, ...]] = (ACL,)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return sorted(need for need in element.needs if need.kind != ACL)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        changed = _changed_grantees(rights(old.ddl), rights(new.ddl))
        for dependent in work.source.dependents(old.key):
            # Revoking on a table revokes on its columns too.
            if any(right.grantee in changed for right in rights(dependent.ddl)):
                work.replace(dependent.key)
        return Alteration(_rights_change(old, new))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        for right in reversed(rights(element.ddl)):
            yield from statements(element, right.undo())

    def after_create(self, element: Element, work: Work) -> Iterable[Statement]:
        """Default privileges in force gave the new object rights that it may not have to have."""
        word = kind_named(element.key.kind).defaults
        if not word or not element.ddl.lstrip().startswith(("CREATE", "SET", "ALTER TABLE")):
            return
        wanted = _wanted(element, work)
        for right in _given_by_default(element, word, work):
            if (right.is_grant, right.privileges, right.grantee) in wanted:
                continue
            verb, preposition = ("REVOKE", "FROM") if right.is_grant else ("GRANT", "TO")
            target = _target(element)
            sql = f"{verb} {right.privileges} ON {target} {preposition} {right.grantee}"
            yield from statements(element, sql)


def _rights_change(old: Element, new: Element) -> tuple[Statement, ...]:
    before, after = rights(old.ddl), rights(new.ddl)
    changed = _changed_grantees(before, after)
    found: list[Statement] = []
    for right in reversed(before):
        if right.grantee in changed:
            found += statements(new, right.undo())
    for right in after:
        if right.grantee in changed:
            found += statements(new, right.redo())
    return tuple(found)


def _wanted(element: Element, work: Work) -> set[tuple[bool, str, str]]:
    return {
        (right.is_grant, right.privileges, right.grantee)
        for dependent in work.goal.dependents(element.key)
        if dependent.key.kind == ACL
        for right in rights(dependent.ddl)
    }


def _given_by_default(element: Element, word: str, work: Work) -> Iterable[Right]:
    """What default privileges that are in force while the plan runs say about a new object:
    those of the source that are not dropped, for they are changed and made only in the end."""
    for entry in work.source.of_kind(DEFAULT_ACL):
        if work.goes(entry.key) or entry.key.schema not in ("", element.key.schema):
            continue
        for right in rights(entry.ddl):
            if right.target == word:
                yield right


def _target(element: Element) -> str:
    """How GRANT names the object; the DROP statement spells its name and argument types."""
    key = element.key
    if key.kind in ROUTINES:
        named = element.drop.strip().rstrip(";").partition(f"DROP {key.kind} ")[2]
    else:
        named = qualified(key.schema, key.name)
    return f"{grant_word(key.kind)} {named}"


class DefaultAclRule(Rule):
    """Default privileges."""

    kinds: ClassVar[tuple[str, ...]] = (DEFAULT_ACL,)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        return Alteration(_rights_change(old, new))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        for right in reversed(rights(element.ddl)):
            yield from statements(element, right.undo())


RULES = (AclRule(), DefaultAclRule())
