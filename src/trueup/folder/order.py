"""What is wrong between migrations: versions used twice, two orders, the future, letter case.

Pure. Every function takes the files in replay order: the byte order of their names, because
that is the order of the Supabase CLI (it takes them as Go's fs.ReadDir sorts them), so that both
tools run the same files in the same order. Numeric order would be another one where versions
have different widths, which the finding about it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trueup.folder.names import is_real_time, version_at
from trueup.model import finding
from trueup.model.finding import Finding, Location

CLOCK_TOLERANCE: Final = timedelta(minutes=5)  # clocks differ; `new` may step a second ahead
_NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Listed:
    """One file named as a migration: its place, its version and its name."""

    path: str
    file_name: str
    version: str
    name: str


def order_findings(files: Sequence[Listed], folder: str, now: datetime) -> list[Finding]:
    """Everything that is wrong between files or with their place in time."""
    return [
        *_duplicates(files),
        *_mixed_widths(files, folder),
        *_case_collisions(files),
        *_from_the_future(files, now),
    ]


def _groups(pairs: Iterable[tuple[str, Listed]]) -> list[list[Listed]]:
    """The files that share a key with another one."""
    by_key: dict[str, list[Listed]] = defaultdict(list)
    for key, file in pairs:
        by_key[key].append(file)
    return [group for group in by_key.values() if len(group) > 1]


def _duplicates(files: Sequence[Listed]) -> list[Finding]:
    return [_duplicate(group) for group in _groups((f.version, f) for f in files)]


def _duplicate(group: list[Listed]) -> Finding:
    names = ", ".join(f.file_name for f in group)
    return finding.error(
        "migration_duplicate_version",
        group[0].version,
        f"version {group[0].version} is used by {len(group)} files: {names}",
        "give all but one a new version: `trueup new NAME` makes one;"
        " the history can record each version once",
        Location(group[1].path),
    )


def _mixed_widths(files: Sequence[Listed], folder: str) -> list[Finding]:
    if len({len(f.version) for f in files}) < 2:
        return []
    numeric = sorted(files, key=lambda f: int(f.version))  # stable, so equal numbers stay as is
    pairs = zip(files, numeric, strict=True)
    first = next((at for at, (a, b) in enumerate(pairs) if a is not b), None)
    if first is None:
        return []
    return [
        finding.warning(
            "migration_mixed_width",
            folder,
            "versions of different width sort in two ways; the files run in byte order of their"
            f" names, as in the Supabase CLI: {_stretch(files, first)}; by number it would be"
            f" {_stretch(numeric, first)}",
            "check that this is the order meant; if no database ran them yet,"
            " rename them to 14 digits",
            Location(files[first].path),
        )
    ]


def _stretch(files: Sequence[Listed], start: int) -> str:
    part = [f.file_name for f in files[start : start + _NAMES_SHOWN]]
    before = ["…"] if start else []
    after = ["…"] if start + _NAMES_SHOWN < len(files) else []
    return ", ".join([*before, *part, *after])


def _case_collisions(files: Sequence[Listed]) -> list[Finding]:
    return [
        finding.warning(
            "migration_case_collision",
            group[0].path,
            f"{', '.join(f.file_name for f in group)} differ only in letter case:"
            " on macOS and Windows only one of them survives a checkout",
            "rename them so that they differ in more",
            Location(group[1].path),
        )
        for group in _groups((f.file_name.casefold(), f) for f in files)
    ]


def _from_the_future(files: Sequence[Listed], now: datetime) -> list[Finding]:
    limit = version_at(now + CLOCK_TOLERANCE)
    return [
        finding.warning(
            "migration_in_future",
            file.path,
            f"version {file.version} lies in the future; it is now {version_at(now)} (UTC)",
            "migrations made by other tools until then will sort before it;"
            " `trueup new NAME` goes on from it",
            Location(file.path),
        )
        for file in files
        if file.version > limit and is_real_time(file.version)
    ]
