"""A finding: one thing trueup noticed, in the shape every face shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error makes a check fail, a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. `line` and `column` count from 1; `column` counts characters."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed (`message`), about what (`subject`), and the next step (`hint`).

    `code` is lower_snake_case, never changes once released, and has an entry in docs/errors.md.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    hint: str = ""
    location: Location | None = None

    @property
    def is_error(self) -> bool:
        """Whether this finding makes a check fail."""
        return self.severity is Severity.ERROR


def error(
    code: str, subject: str, message: str, hint: str = "", location: Location | None = None
) -> Finding:
    """A finding that makes a check fail."""
    return Finding(code, Severity.ERROR, subject, message, hint, location)


def warning(
    code: str, subject: str, message: str, hint: str = "", location: Location | None = None
) -> Finding:
    """A finding worth a look that does not fail a check."""
    return Finding(code, Severity.WARNING, subject, message, hint, location)


def info(
    code: str, subject: str, message: str, hint: str = "", location: Location | None = None
) -> Finding:
    """A finding that only informs."""
    return Finding(code, Severity.INFO, subject, message, hint, location)
