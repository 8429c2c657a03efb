"""Paths that the documentation names are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.texts import ROOT, TEXTS, code

SOURCE = ROOT / "src" / "trueup"
_PATH = re.compile(r"(?<![\w/.-])((?:[a-z_0-9]+/)+(?:[a-z_0-9.-]+\.(?:py|sql|md|toml|sh))?)")
_ROOMS = {path.name for path in SOURCE.iterdir() if path.is_dir()}
_TOP = {path.name for path in ROOT.iterdir()}
# Of the reader's project, not of this one.
_THEIRS = ("supabase/", "apps/", "db/", "prisma/")


def named(path: Path) -> set[str]:
    found = set(_PATH.findall(code(path)))
    ours = {name for name in found if name.split("/")[0] in _ROOMS | _TOP}
    return {name for name in ours if not name.startswith(_THEIRS) and "YYYY" not in name}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_in_the_docs_are_there(path: Path) -> None:
    missing = [
        name
        for name in sorted(named(path))
        if not (ROOT / name).exists() and not (SOURCE / name).exists()
    ]
    assert missing == []
