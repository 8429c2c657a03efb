"""Words for what roles can do with an object: `anon may now execute f(text)`.

The texts are those of trueup.model.rights.grants: what every role can do, not how it came to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trueup.model.rights import PUBLIC, Rights, Slot, in_order
from trueup.model.schema import ObjectKey
from trueup.sql.grants import rights_in
from trueup.sql.quote import plain_name

_WORDS = {"FOREIGN SERVER": "server ", "TABLE": ""}
_VERBS = {"REFERENCES": "reference", "TRIGGER": "add triggers", "USAGE": "use"}
_LEADS = {"CREATE": " in ", "EXECUTE": " ", "USAGE": " "}


def words(
    key: ObjectKey, before: str | None, after: str | None, roles: Collection[str] = ()
) -> list[str]:
    """One sentence for each role and manner, PUBLIC first. `roles` are told of too where only
    what everybody may do reaches them."""
    old, new = rights_in(before or ""), rights_in(after or "")
    what = target(key, old.on or new.on)
    named = sorted({*old.roles, *new.roles, *roles} - {PUBLIC})
    return [line for role in (PUBLIC, *named) for line in _role(role, old, new, what)]


def spoken(slots: list[Slot], what: str) -> str:
    """Privileges on something: `select, insert on orders`, `execute f(text)`, `use schema app`."""
    ordered = in_order(slots)
    named = ", ".join(_slot(slot) for slot in ordered)
    return f"{named}{_LEADS.get(ordered[-1].privilege, ' on ')}{what}"


def target(key: ObjectKey, on: str) -> str:
    """How a sentence calls what rights are on: without the schema where that is public, and
    without its kind where the name or the privileges tell."""
    schema = "" if key.schema in ("", "public") else f"{plain_name(key.schema)}."
    if on in ("FUNCTION", "PROCEDURE"):
        name, bracket, arguments = key.name.partition("(")
        return f"{schema}{plain_name(name)}{bracket}{arguments}"
    word = _WORDS.get(on, f"{on.lower()} " if on else "")
    return f"{word}{schema}{plain_name(key.name)}"


def role_name(role: str) -> str:
    """A role as people write it."""
    return role if role == PUBLIC else plain_name(role)


def _role(role: str, old: Rights, new: Rights, what: str) -> list[str]:
    before, after = old.effective(role), new.effective(role)
    gained = [slot for slot in after if not old.may(role, slot)]
    lost = [slot for slot in before if not new.may(role, slot)]
    return [
        *_sentence(role, "may now {}", [slot for slot in gained if not after[slot]], what),
        *_sentence(role, "may now {} and pass it on", [s for s in gained if after[s]], what),
        *_sentence(role, "may no longer {}", lost, what),
        *_passing(role, before, after, what),
    ]


def _passing(
    role: str, before: Mapping[Slot, bool], after: Mapping[Slot, bool], what: str
) -> list[str]:
    both = [slot for slot in after if slot in before]
    more = [slot for slot in both if after[slot] and not before[slot]]
    less = [slot for slot in both if before[slot] and not after[slot]]
    return [
        *_sentence(role, "may now pass on to others: {}", more, what),
        *_sentence(role, "may no longer pass on to others: {}", less, what),
    ]


def _sentence(role: str, how: str, slots: list[Slot], what: str) -> list[str]:
    return [f"{role_name(role)} {how.format(spoken(slots, what))}"] if slots else []


def _slot(slot: Slot) -> str:
    privilege = _VERBS.get(slot.privilege, slot.privilege.lower())
    return f"{privilege} ({plain_name(slot.column)})" if slot.column else privilege
