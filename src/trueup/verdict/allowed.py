"""Known differences: drift that trueup.toml allows, told aloud instead of held against anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trueup.config.settings import Allowed
from trueup.diff.words import display
from trueup.model.finding import Finding, error, info, warning
from trueup.model.patterns import matches
from trueup.verdict.objects import Drift


@dataclass(frozen=True, slots=True)
class Sifted:
    """Drift that counts, and what there is to say about the list."""

    drift: tuple[Drift, ...]
    findings: tuple[Finding, ...]


def sift(drift: Sequence[Drift], allowed: Sequence[Allowed], today: date) -> Sifted:
    """Takes out what the list allows on that day. An entry that has expired allows nothing and is
    an error; one that fits nothing is a warning, because the next thing it fits may be another."""
    holding = [entry for entry in allowed if not entry.expired(today)]
    excused = {item: _excuse(item, holding) for item in drift}
    findings = [_told(item, entry) for item, entry in excused.items() if entry]
    used = {id(entry) for entry in excused.values() if entry}
    findings += [_unmatched(entry) for entry in holding if id(entry) not in used]
    findings += [_expired(entry) for entry in allowed if entry.expired(today)]
    return Sifted(tuple(i for i, entry in excused.items() if entry is None), tuple(findings))


def _excuse(item: Drift, allowed: Sequence[Allowed]) -> Allowed | None:
    return next((entry for entry in allowed if matches(item.key, (entry.object,))), None)


def _told(item: Drift, entry: Allowed) -> Finding:
    until = f" until {entry.expires}" if entry.expires else ""
    return info(
        "drift_allowed",
        str(item.key),
        f"{display(item.key)} differs ({item.verdict}), which is allowed{until}: {entry.reason}",
        "",
        entry.location,
    )


def _unmatched(entry: Allowed) -> Finding:
    return warning(
        "allow_unmatched",
        entry.object,
        f"nothing that differs matches the allowed {entry.object} ({entry.reason})",
        "take the entry out, so that it does not excuse something else one day",
        entry.location,
    )


def _expired(entry: Allowed) -> Finding:
    return error(
        "allow_expired",
        entry.object,
        f"the allowance for {entry.object} ended on {entry.expires} ({entry.reason})",
        "mend the difference (`trueup reconcile`), or give the entry a new date",
        entry.location,
    )
