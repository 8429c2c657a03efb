"""Reading schema.sql as it lies on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from trueup.folder.content import content_findings, is_blank
from trueup.folder.reading import Unreadable, follow, read_file, relative
from trueup.model import finding
from trueup.model.finding import Finding, Location
from trueup.model.schema_marks import FOOTER, HEADER


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """schema.sql as found. `path` is relative to the project; `text` has LF line ends and no
    byte order mark, and is None where nothing could be read that PostgreSQL could load."""

    path: str
    text: str | None
    findings: tuple[Finding, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether trueup wrote the file (it carries our first line)."""
        return self.text is not None and self.text.startswith(HEADER)


def read_schema_file(file: Path, root: Path) -> SchemaFile:
    """Reads the schema file; what is wrong becomes a finding, nothing is raised."""
    path = relative(str(file), str(root))
    content = _content(str(file), path, os.path.realpath(root))
    if isinstance(content, Unreadable):
        refused = finding.error(
            f"schema_file_{content.what}", path, content.message, content.hint, Location(path)
        )
        return SchemaFile(path, None, (refused,))
    if is_blank(content):
        return SchemaFile(path, None, (_empty(path),))
    found = content_findings(content, "schema_file", path)
    if any(f.is_error for f in found):
        return SchemaFile(path, None, tuple(found))
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    return SchemaFile(path, text, (*found, *_marks(text, path)))


def _content(file: str, path: str, real_root: str) -> bytes | Unreadable:
    if not os.path.lexists(file):
        return Unreadable(
            "missing",
            f"there is no {path}",
            "`trueup dump` writes it from the migrations; `trueup baseline` from a database",
        )
    if Path(file).is_symlink():
        target = follow(file, path, real_root)
        if isinstance(target, Unreadable):
            return target
    return read_file(file, path)


def _empty(path: str) -> Finding:
    return finding.error(
        "schema_file_empty",
        path,
        f"{path} is empty",
        "`trueup dump` writes it anew from the migrations",
        Location(path),
    )


def _marks(text: str, path: str) -> list[Finding]:
    """Whether the file is ours, and whole."""
    if not text.startswith(HEADER):
        return [
            finding.warning(
                "schema_file_foreign",
                path,
                f"{path} was not written by trueup: its first line is another",
                "it is loaded and compared as it is; `trueup dump` replaces it by trueup's own",
                Location(path, 1, 1),
            )
        ]
    if text.rstrip().endswith(FOOTER):
        return []
    last_line = text.rstrip("\n").count("\n") + 1
    return [
        finding.error(
            "schema_file_truncated",
            path,
            f"{path} does not end in {FOOTER!r}: it is cut off, or something was added to it",
            "`trueup dump` writes it anew from the migrations",
            Location(path, last_line, 1),
        )
    ]
