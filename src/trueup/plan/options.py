"""Changes of option lists: storage parameters and the options of foreign data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pglast import parser


def named_options(options: Sequence[str]) -> dict[str, str]:
    """Name → value of `name=value` and `name 'value'` texts, both as they are written."""
    found: dict[str, str] = {}
    for option in options:
        tokens = parser.scan(option)
        at = next((i for i, t in enumerate(tokens) if t.name in ("ASCII_61", "SCONST")), None)
        if at is None:
            found[option] = ""
        else:
            start = tokens[at].start
            name = option[:start].strip()
            found[name] = option[start:].lstrip("= ")
    return found


def reloption_changes(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """`SET (…)` and `RESET (…)` that lead from one list of storage parameters to another."""
    old, new = named_options(before), named_options(after)
    changed = [name for name, value in new.items() if old.get(name) != value]
    removed = [name for name in old if name not in new]
    kept = [name for name in old if name in new and name not in changed]
    if kept + changed != list(new):
        # PostgreSQL appends what is set and shows the order; it is the goal's only when all
        # that follows the first difference is set anew.
        same = sum(1 for a, b in zip(kept, new, strict=False) if a == b)
        changed = list(new)[same:]
        removed = [name for name in old if name not in list(new)[:same]]
    if removed:
        yield f"RESET ({', '.join(removed)})"
    if changed:
        yield f"SET ({', '.join(f'{name}={new[name]}' for name in changed)})"


def option_changes(before: Sequence[str], after: Sequence[str]) -> str:
    """The inside of OPTIONS (…): ADD, SET and DROP; "" when the lists are the same."""
    old, new = named_options(before), named_options(after)
    parts = [f"DROP {name}" for name in old if name not in new]
    parts += [f"SET {n} {v}" for n, v in new.items() if n in old and old[n] != v]
    parts += [f"ADD {n} {v}" for n, v in new.items() if n not in old]
    return ", ".join(parts)
