"""Trying to have each side of a check: what can't be had is a finding, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from trueup.errors import StatementFailed, TrueupError
from trueup.model.finding import Finding

T = TypeVar("T")


@dataclass
class Gathering:
    """Findings so far, statements that failed (also among the findings, there without their
    text), and whether something that was asked for could not be compared."""

    findings: list[Finding] = field(default_factory=list)
    failures: list[StatementFailed] = field(default_factory=list)
    unknown: bool = False

    def add(self, *findings: Finding) -> None:
        """Keeps findings."""
        self.findings.extend(findings)

    def cannot_tell(self, findings: Iterable[Finding]) -> None:
        """Keeps findings that leave the verdict open."""
        self.findings.extend(findings)
        self.unknown = True

    def attempt(self, act: Callable[[], T]) -> T | None:
        """The result of `act`, or None when it could not be had: the verdict is then open."""
        try:
            return act()
        except TrueupError as problem:
            if problem.exit_status in (2, 130):  # said wrong, or interrupted: no verdict at all
                raise
            if isinstance(problem, StatementFailed):
                self.failures.append(problem)
            self.cannot_tell(problem.findings())
            return None

    def in_sync(self, drift: bool) -> bool | None:
        """The verdict: False as soon as something is known to differ, None while anything asked
        for is unknown, True only when all was compared and nothing found."""
        if drift or any(finding.is_error for finding in self.findings if not self.unknown):
            return False
        return None if self.unknown else True
