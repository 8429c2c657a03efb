"""What becomes of values whose types a schema defines: enums, composites, ranges, rows of tables.

They take the way through their text form. A composite's is a list of its fields by place, not by
name (https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX).
"""

from __future__ import annotations

from functools import reduce
from itertools import zip_longest

from trueup.diff.types.casts import STRINGS, WHOLE, pair_of
from trueup.diff.types.known import Types
from trueup.diff.types.spelled import Type, read_type
from trueup.diff.types.values import FINE, IN_DOUBT, NO_SUCH, TOO_LONG, Outcome, of_values
from trueup.sql.type_body import Composite, Enum, Range


def outcome_of(old: Type, new: Type, before: Types, after: Types) -> Outcome:
    """What becomes of the values of one type in another, both without their domains."""
    if after.has_cast(old.text, new.text):
        return IN_DOUBT
    here, there = before.body(old.base), after.body(new.base)
    if here is None and there is None:
        return of_values(old, new)
    source, target = pair_of(old, new)
    if isinstance(here, Enum) and target in STRINGS:
        return _labels_as_text(here, new)
    if isinstance(there, Enum) and source in STRINGS:
        return Outcome(NO_SUCH)
    if here is None or there is None:
        return of_values(old, new)
    return through_text(old, new, before, after)


def through_text(old: Type, new: Type, before: Types, after: Types) -> Outcome:
    """The same where the values are written as text and read again."""
    if bool(old.dimensions) != bool(new.dimensions):
        return IN_DOUBT
    source, target = before.resolved(old.element).type, after.resolved(new.element).type
    here, there = before.body(source.base), after.body(target.base)
    if isinstance(here, Enum) and isinstance(there, Enum):
        return FINE if set(here.labels) <= set(there.labels) else Outcome(NO_SUCH)
    if isinstance(here, Composite) and isinstance(there, Composite):
        return fields(here, there, before, after)
    if isinstance(here, Range) and isinstance(there, Range):
        return _bounds(here, there)
    if here is None and there is None:
        found = of_values(source, target)
        return found if source.base == target.base else found | Outcome(NO_SUCH)
    return IN_DOUBT


def _labels_as_text(enum: Enum, new: Type) -> Outcome:
    longest = max((len(label) for label in enum.labels), default=0)
    ends_blank = any(label.endswith(" ") for label in enum.labels)
    if new.base == "name":
        return FINE
    fits = new.limit is None or longest <= new.limit
    loses = ends_blank and (not fits or new.base in ("character", "bpchar"))
    return Outcome("" if fits else TOO_LONG, "blanks at the end" if loses else "")


def fields(old: Composite, new: Composite, before: Types, after: Types) -> Outcome:
    """What becomes of a composite's values, taken by place."""
    names = list(zip_longest(old.attributes, new.attributes))
    found = FINE
    if len(old.attributes) != len(new.attributes):
        found |= Outcome("a value has another number of fields")
    moved = [was for was, now in names if was and was != now]
    if moved:
        found |= Outcome("", f"their fields' order or some of them ({', '.join(moved)})")
    types = zip(old.attributes.values(), new.attributes.values(), strict=False)
    each = (through_text(read_type(a), read_type(b), before, after) for a, b in types if a != b)
    return reduce(Outcome.__or__, each, found)


def _bounds(old: Range, new: Range) -> Outcome:
    if old.subtype == new.subtype:
        return FINE
    pair = (old.subtype, new.subtype)
    wider = all(t in WHOLE for t in pair) and WHOLE.index(pair[0]) < WHOLE.index(pair[1])
    return FINE if wider else IN_DOUBT
