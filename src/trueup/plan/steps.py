"""The names of a plan's steps: what may happen to one element, each at most once."""

from __future__ import annotations

from typing import Final

from trueup.model.schema import ObjectKey

DROP: Final = "drop"
ALTER: Final = "alter"
CREATE: Final = "create"
FAREWELL: Final = "farewell"
Step = tuple[str, ObjectKey]
Edge = tuple[Step, Step]
