"""What `doctor` found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trueup.ops.doctor import Examined, Health
from trueup.report.safe import printable
from trueup.report.style import Style


def doctor_json(found: Sequence[Examined]) -> dict[str, Any]:
    """The list as JSON values."""
    return {
        "healthy": not any(item.health is Health.ERROR for item in found),
        "examined": [
            {
                "topic": item.topic,
                "health": str(item.health),
                "fact": item.fact,
                "hint": item.hint,
            }
            for item in found
        ],
    }


def doctor_text(found: Sequence[Examined], style: Style) -> str:
    """A line each, with the next step below where there is one."""
    return "\n".join(_line(item, style) for item in found)


def _line(item: Examined, style: Style) -> str:
    paint = {Health.OK: style.green, Health.WARNING: style.yellow, Health.ERROR: style.red}
    first = f"{paint[item.health](f'{item.health:<7}')} {item.topic:<18} {printable(item.fact)}"
    return f"{first}\n{'':<27}{printable(item.hint)}" if item.hint else first
