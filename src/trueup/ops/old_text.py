"""What an edited migration said before, for telling what the edit changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from trueup.folder.git import earlier_texts
from trueup.model.migration import Migration, checksum_of


def text_from_git(root: Path, files: Sequence[Migration]) -> Callable[[str, str], str | None]:
    """By version and recorded checksum: the committed text that has it, or None."""
    paths = {file.version: file.path for file in files}

    def old_text(version: str, checksum: str) -> str | None:
        earlier = earlier_texts(root, paths[version]) if version in paths else ()
        wanted = next((text for text in earlier if checksum_of(text) == checksum), None)
        return wanted.decode("utf-8-sig", "replace") if wanted is not None else None

    return old_text
