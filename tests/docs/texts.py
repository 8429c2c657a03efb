"""The documentation as text: which files, their code, their headings."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TEXTS = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")],
)
_FENCED = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


def fenced(path: Path, language: str | None = None) -> list[str]:
    """The fenced blocks of a text, without the indentation of the list they stand in."""
    found = _FENCED.findall(path.read_text(encoding="utf-8"))
    return [textwrap.dedent(text) for _, tag, text in found if language in (None, tag.strip())]


def code(path: Path) -> str:
    """All code of a text: fenced blocks and `inline`."""
    prose = _FENCED.sub("", path.read_text(encoding="utf-8"))
    return "\n".join([*fenced(path), *re.findall(r"`([^`\n]+)`", prose)])


def prose(path: Path) -> str:
    """A text without its code."""
    return re.sub(r"`[^`\n]*`", "", _FENCED.sub("", path.read_text(encoding="utf-8")))


def anchors(path: Path) -> set[str]:
    """What a link may lead to in a text, as GitHub makes it of the headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", path.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
