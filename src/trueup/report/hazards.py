"""A hazard as JSON values: one shape wherever one is shown."""

from __future__ import annotations

from typing import Any

from trueup.model.hazard import Hazard


def hazard_json(hazard: Hazard) -> dict[str, Any]:
    """The hazard as contract.md has it."""
    place = hazard.location
    return {
        "code": hazard.code,
        "gravity": str(hazard.gravity),
        "object": hazard.subject,
        "message": hazard.message,
        "location": {"file": place.file, "line": place.line, "column": place.column}
        if place
        else None,
        "consented": hazard.consented,
    }
