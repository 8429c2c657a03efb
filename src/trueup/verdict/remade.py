"""What becomes of owners and rights of objects that a plan makes: of those that are dropped and
made anew, and of those that are new. A plan that does not speak of rights takes them along.

Judged by what roles can do afterwards, never by how the plan is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from trueup.diff.words import display
from trueup.diff.words.rights import words
from trueup.model.holdings import Holding, Holdings, Spot
from trueup.model.kinds import grant_word
from trueup.model.rights import PUBLIC, Held, Rights, Slot, in_order, sources
from trueup.model.schema import ObjectKey, Schema
from trueup.sql.grants import grants, listed, read_rights, sql_name
from trueup.sql.quote import plain_name, quote

Wanted = Callable[[ObjectKey], Rights | None]
_NOTHING: Held = {}


@dataclass(frozen=True, slots=True)
class Remade:
    """An object that the plan makes with other rights than it should have. `wanted` are those
    that it had, or, where it `is_new`, those that the goal gives it; `given` those that it has
    when the plan has run. `name` is its name as SQL spells it."""

    key: ObjectKey
    name: str
    is_new: bool
    wanted: Rights
    given: Rights

    @property
    def owner_changes(self) -> bool:
        """Whether it belongs to somebody else than before."""
        return not self.is_new and self.wanted.owner != self.given.owner

    @property
    def gained(self) -> bool:
        """Whether somebody can do more than before."""
        return _exceeds(self.given, self.wanted, self.left_out)

    @property
    def lost(self) -> bool:
        """Whether somebody can do less than before."""
        return _exceeds(self.wanted, self.given, self.left_out)

    @property
    def left_out(self) -> frozenset[str]:
        """Owners, where they differ: what an owner can do goes with owning."""
        owners = frozenset({self.wanted.owner, self.given.owner})
        return owners if len(owners) > 1 else frozenset()

    def is_grave(self, compares: bool) -> bool:
        """Whether it must not be done: what was there loses what it had, or somebody gets more.
        That a new object has less counts where rights are compared (`compares`)."""
        return not self.is_new or self.gained or compares

    @property
    def words(self) -> list[str]:
        """What changes, a sentence for each role."""
        owner = f"it belongs to {plain_name(self.given.owner)} instead of "
        said = [f"{owner}{plain_name(self.wanted.owner)}"] if self.owner_changes else []
        old, new = (grants(self.key, r, self.left_out) for r in (self.wanted, self.given))
        return said if old == new else [*said, *words(self.key, old, new)]

    @property
    def sentence(self) -> str:
        """The same in one sentence that names the object."""
        how = (
            "would have other rights than the goal gives it"
            if self.is_new
            else "is dropped and made anew and does not get back what it had"
        )
        return f"{display(self.key)} {how}: {'; '.join(self.words)}"

    def revokes(self) -> tuple[str, ...]:
        """The statements that take back what somebody has too much."""
        return tuple(line for role in self._roles() for line in self._revoked(role))

    def repairs(self) -> tuple[str, ...]:
        """The statements that give the object what it should have, in the order to run them."""
        granted = (line for role in self._roles() for line in self._granted(role))
        return (*self._owned(), *self.revokes(), *granted)

    def _owned(self) -> Iterator[str]:
        """Where a dump tells of no owner (the schema public) there is none to give back."""
        if self.owner_changes and self.wanted.owner:
            yield f"ALTER {self.key.kind} {self.name} OWNER TO {_role(self.wanted.owner)}"

    def narrowed(self) -> Remade | None:
        """What is left of it when `revokes` have run; None where that is nothing."""
        roles = {role: dict(held) for role, held in self.given.roles.items()}
        for role in self._roles():
            for slot, passes in self._surplus(role).items():
                if passes is None:
                    roles[role][slot] = False
                else:
                    del roles[role][slot]
        rest = replace(self, given=Rights(self.given.owner, roles))
        return rest if rest.owner_changes or rest.lost or rest.gained else None

    @property
    def _target(self) -> str:
        return f"{grant_word(self.key.kind)} {self.name}"

    def _roles(self) -> list[str]:
        return sorted({*self.wanted.roles, *self.given.roles} - self.left_out)

    def _surplus(self, role: str) -> dict[Slot, bool | None]:
        """What a role holds too much; None where it is only that it may pass it on."""
        had, has = self.wanted.roles.get(role, _NOTHING), self.given.roles.get(role, _NOTHING)
        found: dict[Slot, bool | None] = {}
        for slot, passes in has.items():
            if not self.wanted.may(role, slot):
                found[slot] = passes
            elif passes and not had.get(slot):
                found[slot] = None
        return found

    def _revoked(self, role: str) -> Iterator[str]:
        surplus = self._surplus(role)
        whole = in_order(slot for slot, passes in surplus.items() if passes is not None)
        passing = in_order(slot for slot, passes in surplus.items() if passes is None)
        if whole:
            yield f"REVOKE {listed(whole)} ON {self._target} FROM {_role(role)}"
        if passing:
            yield (
                f"REVOKE GRANT OPTION FOR {listed(passing)} ON {self._target} FROM {_role(role)}"
            )

    def _granted(self, role: str) -> Iterator[str]:
        had, has = self.wanted.roles.get(role, _NOTHING), self.given.roles.get(role, _NOTHING)
        # REVOKE on a table takes the same on its columns along.
        gone = {slot.privilege for slot in self._surplus(role) if not slot.column}
        for grantable in (False, True):
            more = [s for s, p in had.items() if p is grantable]
            more = [s for s in more if s not in has or has[s] < grantable or _is_in(s, gone)]
            if more:
                option = " WITH GRANT OPTION" if grantable else ""
                what = listed(in_order(more))
                yield f"GRANT {what} ON {self._target} TO {_role(role)}{option}"


def _is_in(slot: Slot, gone: Collection[str]) -> bool:
    return bool(slot.column) and slot.privilege in gone


def _exceeds(more: Rights, less: Rights, left_out: Collection[str]) -> bool:
    """Whether somebody can do something with the first that nobody lets it do with the other."""
    for role in {*more.roles, PUBLIC} - set(left_out):
        held = less.effective(role)
        for slot, passes in more.effective(role).items():
            known = held.get(slot, held.get(Slot(slot.privilege)))
            if known is None or known < passes:
                return True
    return False


def _role(name: str) -> str:
    return name if name == PUBLIC else quote(name)


def differing(
    key: ObjectKey, wanted: Rights, given: Rights, *, is_new: bool, name: str = ""
) -> Remade | None:
    """The object where its rights are not what they should be."""
    item = Remade(key, name or sql_name(key), is_new, wanted, given)
    return item if item.owner_changes or item.gained or item.lost else None


def rights_of(whole: Schema, major: int) -> Wanted:
    """Tells the rights on each object of a schema as it was dumped, with nothing cut away."""
    found = sources(whole)

    def tell(key: ObjectKey) -> Rights | None:
        source = found.get(key)
        return read_rights(key, source, major) if source and source.present else None

    return tell


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan's effect as it was seen: what there was and what there is. `live` is what there is in
    the database that the plan is for, where the two are moments of a copy of it."""

    before: Holdings
    after: Holdings
    live: Holdings | None = None
    old_names: Mapping[Spot, Spot] = field(default_factory=dict)

    def remade(self, goal: Wanted = lambda _: None, *, compared: bool = False) -> list[Remade]:
        """The objects that came about with other rights than they should have. `goal` tells the
        rights that the plan's goal has; those of objects that were there count only where rights
        are `compared`, else they keep what they had."""
        found = [self._judged(spot, goal, compared) for spot in sorted(self._made())]
        return [item for item in found if item]

    def anew(self) -> frozenset[ObjectKey]:
        """The objects that are others than they were under the same name."""
        made = self._made()
        return frozenset(self.after.objects[s].key for s in made if s in self.before.objects)

    def _made(self) -> set[Spot]:
        known = self.before.objects
        # What only has another name is not new.
        there = {(spot.space, held.oid) for spot, held in known.items()}
        return {
            spot
            for spot, held in self.after.objects.items()
            if (
                _is_another(known[spot], held)
                if spot in known
                else (spot.space, held.oid) not in there
            )
        }

    def _judged(self, spot: Spot, goal: Wanted, compared: bool) -> Remade | None:
        old, held = self.before.objects.get(spot), self.after.objects[spot]
        wanted = goal(held.key) if compared or old is None else None
        if wanted is None and old is not None:
            there = self.live.objects.get(self.old_names.get(spot, spot)) if self.live else None
            wanted = (there or old).rights
        if wanted is None:
            return None
        given, wanted = self._given(held), _fitting(wanted, held)
        return differing(held.key, wanted, given, is_new=old is None, name=held.name)

    def _given(self, held: Holding) -> Rights:
        """The rights that the object has if the plan runs where it is meant to: what is made
        there belongs to who runs it, and default privileges are that role's."""
        live, here = self.live, self.after
        if live is None or live.role == here.role:
            return held.rights
        less = here.fresh(held.key) - live.fresh(held.key)
        more = live.fresh(held.key) - here.fresh(held.key)
        owner = live.role if held.owner == here.role else held.owner
        roles: dict[str, dict[Slot, bool]] = {}
        for role, slots in held.rights.roles.items():
            kept = {s: p for s, p in slots.items() if (role, s, p) not in less}
            roles.setdefault(live.role if role == here.role else role, {}).update(kept)
        for role, slot, passes in more:
            roles.setdefault(role, {})[slot] = passes
        return Rights(owner, roles)


def _is_another(old: Holding, new: Holding) -> bool:
    """A column that was dropped and added again has another number, and no rights."""
    numbers = {name: new.columns[name] for name in old.columns if name in new.columns}
    return old.oid != new.oid or any(old.columns[name] != n for name, n in numbers.items())


def _fitting(rights: Rights, held: Holding) -> Rights:
    """Without rights on columns that are no longer there."""
    if not held.columns:
        return rights
    roles = {
        role: {s: p for s, p in slots.items() if not s.column or s.column in held.columns}
        for role, slots in rights.roles.items()
    }
    return Rights(rights.owner, roles)
