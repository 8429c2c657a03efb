"""What was opened: rights that were widened on something that was there before, judged from what
the catalogs said before and say now. New objects with their own policies and grants open nothing.

An object that was dropped and made again under its name is the same one here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from trueup.model.census import Policy, Relation, Routine, State, Thing
from trueup.model.hazard import ACCESS_OPENED, Hazard
from trueup.model.rights import PUBLIC
from trueup.sql.acl import granted
from trueup.verdict.drafts.lost import counted

_KINDS: Final = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
    "c": "type",
}
_SECURES: Final = ("security_invoker", "security_barrier")
_POWERS: Final = ("superuser", "createrole", "createdb", "login", "replication", "bypassrls")
_COMMANDS: Final = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}
_OBJECTS: Final = {
    "r": "tables",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}
# Settings of a role or a database that only limit, format or log.
_HARMLESS: Final = frozenset(
    [
        "statement_timeout",
        "lock_timeout",
        "transaction_timeout",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
        "timezone",
        "datestyle",
        "intervalstyle",
        "work_mem",
        "maintenance_work_mem",
        "random_page_cost",
        "default_statistics_target",
        "jit",
        "log_statement",
        "log_min_duration_statement",
    ]
)


def opened(before: State, after: State, agreed: Collection[str] = ()) -> tuple[Hazard, ...]:
    """`agreed`: subjects that are not said again."""
    hazards = (
        *_relations(before, after),
        *_column_rights(before, after),
        *_routines(before, after),
        *_things(before, after),
        *_policies(before, after),
        *_defaults(before, after),
        *_roles(before, after),
        *_members(before, after),
        *_settings(before, after),
    )
    return tuple(hazard for hazard in hazards if hazard.subject not in agreed)


def _relations(before: State, after: State) -> Iterator[Hazard]:
    for oid, now in after.relations.items():
        was = before.relations.get(oid) or _of_name(before, after, now)
        if was is None or was == now:
            continue
        what = f"{_KINDS[now.kind]} {now.name}"
        yield from _rights(what, was.acl, now.acl, now.owner)
        yield from _owner(what, was.owner, now.owner)
        if was.secured and not now.secured and now.kind in ("r", "p"):
            yield _hazard(f"row security of {now.name}", f"row security of {now.name} is off")
        if was.forced and not now.forced and now.secured:
            yield _hazard(
                f"row security of {now.name}",
                f"row security of {now.name} no longer applies to its owner",
            )
        for option in _SECURES:
            if was.says(option) and not now.says(option):
                yield _hazard(f"{option} of {now.name}", f"view {now.name} loses {option}")


def _of_name(before: State, after: State, now: Relation) -> Relation | None:
    """What had this name and is gone."""
    was = before.relation(now.schema, now.title)
    return was if was is not None and was.oid not in after.relations else None


def _column_rights(before: State, after: State) -> Iterator[Hazard]:
    for (table, number), acl in after.column_acls.items():
        was, names = before.relations.get(table), json.loads(after.columns.get(table, "{}"))
        old = json.loads(before.columns.get(table, "{}"))
        if was is None or str(number) not in old:
            continue
        base = json.dumps(
            [*json.loads(was.acl), *json.loads(before.column_acls.get((table, number), "[]"))]
        )
        what = f"column {names.get(str(number), number)} of {was.name}"
        yield from _rights(what, base, acl, was.owner)


def _routines(before: State, after: State) -> Iterator[Hazard]:
    named = {
        (it.schema, it.title, it.arguments): it
        for it in before.routines.values()
        if it.oid not in after.routines
    }
    for oid, now in after.routines.items():
        was = before.routines.get(oid) or named.get((now.schema, now.title, now.arguments))
        if was is not None and was != now:
            yield from _routine(was, now)


def _routine(was: Routine, now: Routine) -> Iterator[Hazard]:
    what = f"function {now.name}"
    yield from _rights(what, was.acl, now.acl, now.owner)
    yield from _owner(what, was.owner, now.owner)
    if now.definer and not was.definer:
        yield _hazard(
            f"definer of {now.name}", f"{what} now runs with the rights of its owner, {now.owner}"
        )


def _things(before: State, after: State) -> Iterator[Hazard]:
    named: Mapping[tuple[str, str], Thing] = {
        (it.kind, it.name): it for key, it in before.things.items() if key not in after.things
    }
    for key, now in after.things.items():
        was = before.things.get(key) or named.get((now.kind, now.name))
        if was is not None and was != now:
            what = f"{now.kind} {now.name}"
            yield from _rights(what, was.acl, now.acl, now.owner)
            yield from _owner(what, was.owner, now.owner)
        elif was is None and now.kind == "parameter":
            yield from _rights(f"parameter {now.name}", "[]", now.acl, now.owner)


def _rights(what: str, was: str, now: str, owner: str) -> Iterator[Hazard]:
    if was == now:
        return
    old, new = granted(was), granted(now)
    everybody = old.get(PUBLIC, frozenset())
    for role in sorted(new.keys() - {owner}):
        more = sorted(new[role] - old.get(role, frozenset()) - everybody)
        if more:
            yield _hazard(
                f"rights of {role} on {what}", f"{role} may now {', '.join(more)} on {what}"
            )


def _owner(what: str, was: str, now: str) -> Iterator[Hazard]:
    if was != now:
        yield _hazard(f"owner of {what}", f"{what} now belongs to {now}, no longer to {was}")


def _policies(before: State, after: State) -> Iterator[Hazard]:
    """Permissive policies open, restrictive ones close; any that is changed may do either."""
    had = {_place(before, policy): policy for policy in before.policies.values()}
    has = {_place(after, policy): policy for policy in after.policies.values()}
    for place in sorted(had.keys() | has.keys()):
        table, title = place
        was, now = had.get(place), has.get(place)
        relation = after.relation(*table)
        if relation is None or not _protected(before, table) or _same(was, now):
            continue
        subject = f"policy {title} of {relation.name}"
        if was is not None and now is not None:
            yield _hazard(subject, f"{subject} is changed: {_lets(now)}")
        elif now is not None and now.permissive:
            yield _hazard(subject, f"{subject} is new: {_lets(now)}")
        elif was is not None and not was.permissive:
            yield _hazard(subject, f"{subject}, which restricted others, is gone")


Place = tuple[tuple[str, str], str]


def _place(state: State, policy: Policy) -> Place:
    relation = state.relations.get(policy.table)
    return (relation.schema, relation.title) if relation else ("", ""), policy.title


def _protected(before: State, table: tuple[str, str]) -> bool:
    """Whether row security kept rows of a table back before; else no policy lets more through."""
    relation = before.relation(*table)
    return relation is not None and relation.secured


def _same(was: Policy | None, now: Policy | None) -> bool:
    return was is not None and now is not None and was[2:] == now[2:]


def _lets(policy: Policy) -> str:
    who = ", ".join(json.loads(policy.roles))
    word = "lets" if policy.permissive else "restricts"
    command = _COMMANDS.get(policy.command, policy.command)
    return f"it {word} {who} {command} the rows that it says"


def _defaults(before: State, after: State) -> Iterator[Hazard]:
    schemas = {thing.name for thing in before.things.values() if thing.kind == "schema"}
    for key, (acl, base) in after.defaults.items():
        role, schema, kind = key
        if role not in before.roles or (schema and schema not in schemas):
            continue
        where = f" in {schema}" if schema else ""
        what = f"new {_OBJECTS.get(kind, kind)} of {role}{where}"
        yield from _rights(what, before.defaults.get(key, (base, base))[0], acl, role)


def _roles(before: State, after: State) -> Iterator[Hazard]:
    changed = 0
    for name in sorted(before.roles.keys() | after.roles.keys()):
        was, now = before.roles.get(name), after.roles.get(name)
        if was == now:
            continue
        changed += was is not None
        powers = [power for power in _POWERS if json.loads(now or "{}").get(power)]
        if now is None:
            yield _hazard(f"role {name}", f"role {name} is gone")
        elif was is not None:
            what = ", ".join(powers) or "none"
            yield _hazard(f"role {name}", f"role {name} is changed; its attributes now: {what}")
        elif powers:
            yield _hazard(f"role {name}", f"role {name} is made with {', '.join(powers)}")
    # A password is shown to nobody, but that its row was written is counted.
    if _updates(before, after, "pg_authid") > changed:
        yield _hazard("roles", "a role is changed, such as its password")


def _updates(before: State, after: State, catalog: str) -> int:
    relation = after.relation("pg_catalog", catalog)
    return counted(before, after, relation.oid).updated if relation else 0


def _members(before: State, after: State) -> Iterator[Hazard]:
    """Whoever joins a new role gets what that one was given, which is told by itself."""
    for role, member, how in sorted(after.members - before.members):
        if role in before.roles:
            yield _hazard(
                f"members of {role}",
                f"{member} is now a member of {role}{_may_add(how)}",
            )


def _may_add(how: str) -> str:
    return " and may add others" if json.loads(how).get("admin_option") else ""


def _settings(before: State, after: State) -> Iterator[Hazard]:
    for key, now in after.settings.items():
        role, database = key
        fresh = set(json.loads(now)) - set(json.loads(before.settings.get(key, "[]")))
        names = sorted({item.partition("=")[0] for item in fresh})
        grave = [name for name in names if name.lower() not in _HARMLESS]
        if grave and (not role or role in before.roles):
            whom = " in ".join(part for part in (role, database) if part) or "everybody"
            yield _hazard(
                f"settings of {whom}", f"settings of {whom} are changed: {', '.join(grave)}"
            )


def _hazard(subject: str, message: str) -> Hazard:
    return Hazard(ACCESS_OPENED, subject, message)
