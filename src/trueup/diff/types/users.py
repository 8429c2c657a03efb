"""Which tables hold values of a type that a schema defines."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trueup.model.kinds import WITH_ROWS
from trueup.model.schema import ObjectKey, Schema

_TYPES = ("TYPE", "DOMAIN", *WITH_ROWS)


def tables_holding(
    type_: ObjectKey, dependents: Callable[[ObjectKey], Iterable[ObjectKey]]
) -> frozenset[ObjectKey]:
    """The tables whose rows have values of a type, also inside of domains, composites, ranges and
    rows of other tables. In doubt a table counts. `dependents` gives what stands on a key."""
    found: set[ObjectKey] = set()
    waiting, seen = [type_], {type_}
    while waiting:
        for key in dependents(waiting.pop()):
            if key.kind in _TYPES and key not in seen:
                seen.add(key)
                waiting.append(key)
                if key.kind in WITH_ROWS:
                    found.add(key)
    return frozenset(found)


def dependents_in(schema: Schema) -> Callable[[ObjectKey], Iterable[ObjectKey]]:
    """What stands on each key of a schema."""
    found: dict[ObjectKey, list[ObjectKey]] = {}
    for key, item in schema.objects.items():
        for need in item.depends_on:
            found.setdefault(need, []).append(key)
    return lambda key: found.get(key, ())
