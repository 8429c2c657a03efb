"""The planner's own view of a schema: pg_dump's objects, and finer ones where those are opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from trueup.model.schema import ObjectKey, Schema
from trueup.sql.canonical import canonical
from trueup.sql.references import mentions

Name = tuple[str, str]


@dataclass(frozen=True)
class Element:
    """Something that is made, changed and dropped as one.

    An object of the archive, or a part of one that was opened (a table's column). `needs` are the
    keys it stands on; `position` its place in the archive's order; `about` the archive's object
    that statements on it name; `value` its parsed form, which then is what is compared.
    """

    key: ObjectKey
    ddl: str
    about: ObjectKey
    position: tuple[int, ...]
    drop: str = ""
    needs: frozenset[ObjectKey] = frozenset()
    owner: str = ""
    value: Any = field(default=None, hash=False)

    @property
    def meaning(self) -> Any:
        """What two elements of one key must share to be the same."""
        return self.ddl if self.value is None else self.value

    def differs(self, other: Element, *, verbatim: bool) -> bool:
        """Whether the two are not the same; with `verbatim`, another spelling counts too."""
        if self.meaning == other.meaning:
            return False
        if verbatim or self.value is not None or other.value is not None:
            return True
        return canonical(self.ddl) != canonical(other.ddl)

    @property
    def bare_name(self) -> str:
        """The key's name without argument types."""
        return self.key.name.partition("(")[0] if "(" in self.key.name else self.key.name


class Side:
    """One of the two schemas of a plan, as elements, with who stands on whom."""

    def __init__(self, schema: Schema) -> None:
        self._elements: dict[ObjectKey, Element] = {}
        self._dependents: dict[ObjectKey, set[ObjectKey]] = {}
        self._names: set[Name] | None = None
        self._kinds: dict[str, dict[ObjectKey, None]] = {}
        for index, item in enumerate(schema.objects.values()):
            needs = frozenset(item.depends_on)
            element = Element(
                item.key, item.printed, item.key, (index,), item.drop, needs, item.owner
            )
            self.put(element)
        self.owners = {item.owner for item in schema.objects.values() if item.owner}

    def __contains__(self, key: object) -> bool:
        return key in self._elements

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self._elements)

    def __getitem__(self, key: ObjectKey) -> Element:
        return self._elements[key]

    def get(self, key: ObjectKey) -> Element | None:
        """The element with this key, None without one."""
        return self._elements.get(key)

    def ddl(self, key: ObjectKey) -> str | None:
        """The definition under a key, None without one."""
        known = self._elements.get(key)
        return known.ddl if known else None

    def put(self, element: Element) -> None:
        """Adds an element, or takes the place of the one with its key."""
        self.remove(element.key)
        self._elements[element.key] = element
        self._kinds.setdefault(element.key.kind, {})[element.key] = None
        for need in element.needs:
            self._dependents.setdefault(need, set()).add(element.key)

    def remove(self, key: ObjectKey) -> None:
        """Takes an element away; nothing happens where there is none."""
        known = self._elements.pop(key, None)
        if known:
            self._kinds[key.kind].pop(key, None)
        for need in known.needs if known else ():
            self._dependents[need].discard(key)

    def change(self, key: ObjectKey, **changes: Any) -> Element:
        """Replaces fields of an element."""
        changed = replace(self._elements[key], **changes)
        self.put(changed)
        return changed

    def add_needs(self, key: ObjectKey, more: Iterable[ObjectKey]) -> None:
        """Makes an element stand on more."""
        element = self._elements[key]
        wider = (element.needs | frozenset(more)) - {key}
        if wider != element.needs:
            self.change(key, needs=wider)

    def of_kind(self, kind: str) -> list[Element]:
        """All elements of a kind."""
        return [self._elements[key] for key in self._kinds.get(kind, ())]

    def dependents(self, key: ObjectKey) -> list[Element]:
        """What stands directly on a key, in archive order."""
        found = [self._elements[k] for k in self._dependents.get(key, ())]
        return sorted(found, key=lambda element: element.position)

    def speaks_of(self, text: str, target: ObjectKey, names: Iterable[str]) -> bool:
        """Whether a text may be using `target`, which it can name by one of `names`. Without
        names (an extension: its members are not in the archive) a text does when it qualifies a
        name that nothing in this schema has."""
        known = tuple(names)
        words = mentions(text)
        if known:
            return any(name in words.names or name in words.operators for name in known)
        return any(pair not in self.names() for pair in words.qualified)

    def names(self) -> set[Name]:
        """Schema and bare name of everything that is here."""
        if self._names is None:
            self._names = {(e.key.schema, e.bare_name) for e in self._elements.values()}
        return self._names
