"""What a change of a type's own definition does to the values that tables have of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from trueup.diff.types.change import exchange_of_type
from trueup.diff.types.hazards import hazards_of
from trueup.diff.types.known import Types
from trueup.model.hazard import DATA_LOSS, IRREVERSIBLE, MAY_FAIL, Hazard
from trueup.model.schema import ObjectKey
from trueup.sql.quote import qualified
from trueup.sql.type_body import Composite, Domain, Enum


def dropped_attributes(old: Composite, new: Composite) -> tuple[str, ...]:
    """The attributes that DROP ATTRIBUTE takes away."""
    return tuple(name for name in old.attributes if name not in new.attributes)


def only_grows_or_shrinks(old: Composite, new: Composite) -> bool:
    """Whether ADD and DROP ATTRIBUTE lead from one to the other (new ones come last)."""
    kept = [name for name in old.attributes if name in new.attributes]
    same = all(old.attributes[name] == new.attributes[name] for name in kept)
    return same and list(new.attributes)[: len(kept)] == kept


def only_gains_labels(old: Enum, new: Enum) -> bool:
    """Whether ADD VALUE leads from one to the other."""
    return [label for label in new.labels if label in old.labels] == list(old.labels)


def attribute_lost(type_: ObjectKey, name: str, tables: Collection[ObjectKey]) -> Hazard:
    """An attribute goes with the values that rows have in it."""
    subject = f"{type_.schema}.{type_.name}.{name}"
    where = ", ".join(sorted(f"{table.schema}.{table.name}" for table in tables))
    return Hazard(DATA_LOSS, subject, f"attribute {subject} is dropped with its values in {where}")


def label_stays(type_: ObjectKey) -> Hazard:
    """A label is added."""
    subject = f"{type_.schema}.{type_.name}"
    return Hazard(IRREVERSIBLE, subject, "PostgreSQL has no way to take a label from an enum")


def hazards_of_definition(
    type_: ObjectKey, before: Types, after: Types, tables: Collection[ObjectKey]
) -> Iterator[Hazard]:
    """What it costs that a type or a domain becomes another. `tables` hold values of it."""
    name = qualified(type_.schema, type_.name)
    old, new = before.body(name), after.body(name)
    if isinstance(old, Enum) and isinstance(new, Enum) and only_gains_labels(old, new):
        yield label_stays(type_)
    elif isinstance(old, Domain) and isinstance(new, Domain) and old.base == new.base:
        if _asks_for_more(old, new):
            subject = f"{type_.schema}.{type_.name}"
            yield Hazard(MAY_FAIL, subject, f"values of {subject} may break its new rules")
    elif tables:
        yield from _of_rows(type_, name, before, after, tables)


def _of_rows(
    type_: ObjectKey, name: str, before: Types, after: Types, tables: Collection[ObjectKey]
) -> Iterator[Hazard]:
    old, new = before.body(name), after.body(name)
    if (
        isinstance(old, Composite)
        and isinstance(new, Composite)
        and only_grows_or_shrinks(old, new)
    ):
        for attribute in dropped_attributes(old, new):
            yield attribute_lost(type_, attribute, tables)
        return
    change = exchange_of_type(name, name, before, after)
    for table in sorted(tables):
        yield from hazards_of(change, f"{table.schema}.{table.name}", _shown(type_))


def _shown(type_: ObjectKey) -> str:
    return f"another {type_.schema}.{type_.name}"


def _asks_for_more(old: Domain, new: Domain) -> bool:
    added = {text for text in new.constraints.values() if text not in old.constraints.values()}
    return bool(added) or (new.not_null and not old.not_null)
