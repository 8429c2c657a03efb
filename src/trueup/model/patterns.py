"""Naming objects by pattern: `public.users`, `public.*`, `TABLE public.users`, `users`."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable

from trueup.model.schema import ObjectKey


def matches(key: ObjectKey, patterns: Iterable[str]) -> bool:
    """Whether any pattern fits: `schema.name`, `KIND schema.name` or the bare name, with * and ?,
    upper and lower case as they are. What belongs to a table has it in its name ("users
    users_pkey"), so `public.users*` takes along a table's constraints, policies and triggers."""
    qualified = f"{key.schema}.{key.name}" if key.schema else key.name
    names = (qualified, str(key), key.name)
    return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)
