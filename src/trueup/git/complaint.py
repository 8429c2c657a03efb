"""What the hook has to say: one thing, why it matters, and the command that mends it."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from trueup.model.finding import Finding

ERROR, WARNING, NOTE = "error", "warning", "info"


class Complaint:
    """One thing the hook found. `what` is the fact, `why` the reason for the rule, `mend` the
    exact command (or a sentence where there is none); `line` and `column` count from 1."""

    __slots__ = ("code", "column", "line", "mend", "path", "severity", "what", "why")

    def __init__(
        self,
        code: str,
        path: str,
        what: str,
        why: str = "",
        mend: str = "",
        severity: str = ERROR,
        place: tuple[int | None, int | None] = (None, None),
    ) -> None:
        self.code = code
        self.path = path
        self.what = what
        self.why = why
        self.mend = mend
        self.severity = severity
        self.line, self.column = place

    def __repr__(self) -> str:
        return f"Complaint({self.code!r}, {self.path!r}, {self.what!r})"

    @property
    def place(self) -> str:
        """`path:line:column`, as far as it is known."""
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(part for part in parts if part)

    def finding(self) -> Finding:
        """The same in the shape of every other face."""
        from trueup.model.finding import Finding, Location, Severity

        message = f"{self.what}; {self.why}" if self.why else self.what
        location = Location(self.path, self.line, self.column) if self.path else None
        return Finding(self.code, Severity(self.severity), self.path, message, self.mend, location)


def of_finding(finding: Finding) -> Complaint:
    """A finding of another layer as a complaint."""
    place = finding.location
    return Complaint(
        finding.code,
        place.file if place else finding.subject,
        finding.message,
        mend=finding.hint,
        severity=str(finding.severity),
        place=(place.line, place.column) if place else (None, None),
    )
