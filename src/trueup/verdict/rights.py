"""The verdict on rights: what each role can do with an object, on every side.

Each side is judged by what roles can effectively do (trueup.model.rights). An object that one side
lacks is no difference in rights: its own drift says that it is gone. Ownership is not compared, so
where the owners differ what they can do is left out, except for the roles of the platform's API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trueup.model.mend import ByHand
from trueup.model.rights import Rights, Slot, Source, has_rights, in_order, sources, subject_of
from trueup.model.schema import ObjectKey, Schema
from trueup.model.scope import Frame
from trueup.sql.grants import grants, read_rights, sql_name
from trueup.verdict.drift import RIGHTS_KIND, Drift, Verdict
from trueup.verdict.objects import Said, Sides, weigh
from trueup.verdict.remade import Remade

KIND = RIGHTS_KIND
# Pairs of sides that are compared, by the side that may have moved.
_REPLAY_OF = {"schema_file": "migrations", "declarative": "migrations", "database": "applied"}
_NO_ENTRY = ObjectKey("SCHEMA", "", "public")
# What a request to the API can reach, among objects that only the database has.
_REACHABLE = frozenset({"TABLE", "VIEW", "MATERIALIZED VIEW", "FUNCTION", "PROCEDURE"})
_REACHES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE"})


@dataclass(frozen=True, slots=True)
class Gained:
    """Roles of the API that can do something in the database and not after the migrations;
    `is_new` where no migration makes the object itself."""

    subject: ObjectKey
    roles: tuple[str, ...]
    slots: tuple[Slot, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class RightsVerdict:
    """What came of comparing rights, and on how many objects they were compared."""

    drift: tuple[Drift, ...] = ()
    gained: tuple[Gained, ...] = ()
    compared: int = 0


def judge_rights(
    frame: Frame, wholes: Sides, major: int, api_roles: Sequence[str] = ()
) -> RightsVerdict:
    """Compares the rights on every object that counts. `wholes` are the sides as they were
    dumped, with nothing cut away; `major` is the version of the servers they come from."""
    there = wholes.there()
    subjects = _subjects(frame, there)
    read = {name: sources(side) for name, side in there.items()}
    drift: list[Drift] = []
    gained: list[Gained] = []
    for subject in sorted(subjects):
        found = _present(subject, read)
        if len(set(found.values())) > 1 or found.keys() == {"database"}:
            case = _Case(subject, found, major, tuple(api_roles))
            drift += case.drift()
            gained += case.gained()
    return RightsVerdict(tuple(drift), tuple(gained), len(subjects))


def rights_key(subject: ObjectKey) -> ObjectKey:
    """The key under which the rights on an object are told."""
    return ObjectKey(KIND, subject.schema, subject.name)


def without_rights(schema: Schema) -> Schema:
    """A schema without the entries that rights are read from."""
    kept = {key: item for key, item in schema.objects.items() if key.kind != "ACL"}
    return schema if len(kept) == len(schema) else replace(schema, objects=kept)


def _present(
    subject: ObjectKey, read: Mapping[str, Mapping[ObjectKey, Source]]
) -> dict[str, Source]:
    """The sides that have the object, with what they say of its rights. Members of extensions
    have no entry of their own: they are known to be there only where their rights were changed."""
    found = {name: side.get(subject) for name, side in read.items()}
    if subject == _NO_ENTRY:
        return {name: source or Source("") for name, source in found.items()}
    archived = any(source and source.present for source in found.values())
    return {n: s for n, s in found.items() if s and (s.present or not archived)}


@dataclass(frozen=True)
class _Case:
    """The rights on one object, on the sides that have it."""

    subject: ObjectKey
    found: Mapping[str, Source]
    major: int
    api_roles: tuple[str, ...]

    def drift(self) -> Iterator[Drift]:
        """One item where the sides do not agree."""
        rights = self._read()
        left_out = self._left_out(rights)
        texts = {name: grants(self.subject, held, left_out) for name, held in rights.items()}
        asked = {side for side, other in _REPLAY_OF.items() if side in texts and other in texts}
        migrations, applied = texts.pop("migrations", None), texts.pop("applied", None)
        said = Said(migrations, applied, **texts, asked=frozenset(asked))
        item = weigh(rights_key(self.subject), said)
        if item.verdict is not Verdict.IN_SYNC:
            yield replace(item, by_hand=self._by_hand(rights))

    def gained(self) -> Iterator[Gained]:
        """What roles of the API can do only in the database."""
        rights = self._read() if self.api_roles else {}
        live = rights.pop("database", None)
        known = [rights[name] for name in ("applied", "migrations") if name in rights]
        if live is None or not (known or self.subject.kind in _REACHABLE):
            return
        by_slots: dict[tuple[Slot, ...], list[str]] = {}
        for role in self.api_roles:
            more = [s for s in live.effective(role) if not any(r.may(role, s) for r in known)]
            more = [slot for slot in more if known or slot.privilege in _REACHES]
            by_slots.setdefault(tuple(in_order(more)), []).append(role)
        for slots, roles in by_slots.items():
            if slots:
                yield Gained(self.subject, tuple(roles), slots, is_new=not known)

    def _by_hand(self, rights: Mapping[str, Rights]) -> ByHand | None:
        """What would make the database and its files agree, either way."""
        said, live = rights.get("applied"), rights.get("database")
        if said is None or live is None:
            return None
        name = sql_name(self.subject)
        # New: owners are not compared.
        back, say = (
            Remade(self.subject, name, True, *pair).repairs()
            for pair in ((said, live), (live, said))
        )
        return ByHand(back, say)

    def _read(self) -> dict[str, Rights]:
        return {n: read_rights(self.subject, s, self.major) for n, s in self.found.items()}

    def _left_out(self, rights: Mapping[str, Rights]) -> frozenset[str]:
        """Owners whose rights don't count: those that differ, and the common one where it can do
        the same on every side, which is then not worth a line."""
        owners = {held.owner for held in rights.values()}
        if len(owners) > 1:
            return frozenset(owners - set(self.api_roles))
        same = len({tuple(in_order(h.effective(h.owner))) for h in rights.values()}) == 1
        return frozenset(owners) if same else frozenset()


def _subjects(frame: Frame, there: Mapping[str, Schema]) -> set[ObjectKey]:
    """The objects whose rights count: those that count themselves, and those of the platform and
    of extensions whose rights the team's own files change."""
    wide = Frame(replace(frame.scope, privileges=True), frame.base, frame.whole)
    made = {name: side for name, side in there.items() if name != "database"}
    cuts = [wide.cut(side) for side in _distinct(made)]
    if "database" in there:
        cuts.append(wide.cut_live(there["database"]))
    named = {subject for cut in cuts for subject in _named(cut)}
    archived = {key for side in there.values() for key in side if has_rights(key.kind)}
    changed = {s for side in _distinct(made) for s in _changed(wide, side)}
    own = {s for s in named if s in archived and s not in frame.base}
    return own | (named & changed) | (named & {_NO_ENTRY}) | _inside(wide, changed)


def _distinct(sides: Mapping[str, Schema]) -> list[Schema]:
    return list({id(side): side for side in sides.values()}.values())


def _named(schema: Schema) -> Iterator[ObjectKey]:
    for key, item in schema.objects.items():
        if key.kind == "ACL":
            yield subject_of(item)
        elif has_rights(key.kind):
            yield key


def _changed(frame: Frame, side: Schema) -> Iterator[ObjectKey]:
    """What the platform brings with other rights, and what it says nothing of."""
    for key in {key for key in (*frame.base, *side) if key.kind == "ACL"}:
        if frame.base.ddl(key) != side.ddl(key):
            yield subject_of(side[key] if key in side else frame.base[key])


def _inside(frame: Frame, subjects: set[ObjectKey]) -> set[ObjectKey]:
    """Those of the platform's objects in scope whose rights a file took back to the built-in
    ones, so that no side names them any more."""
    return {s for s in subjects if s in frame.base and frame.is_inside(s)}
