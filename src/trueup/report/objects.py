"""How an object is named in JSON."""

from __future__ import annotations

from trueup.diff.compare import Change
from trueup.diff.mask import masked
from trueup.model.schema import ObjectKey


def object_json(key: ObjectKey) -> dict[str, str]:
    """Kind, schema and name, as contract.md has them."""
    return {"kind": key.kind, "schema": key.schema, "name": key.name}


def shown_pair(change: Change) -> tuple[str | None, str | None]:
    """A change's DDL before and after, without the passwords that pg_dump writes into it."""
    before, after = (
        masked(change.key, ddl) if ddl is not None else None
        for ddl in (change.before, change.after)
    )
    return before, after
