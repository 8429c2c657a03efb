"""The migrations folder on disk: which files are migrations, in what order, and what ails them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from trueup.folder.content import content_findings, is_blank, says_nothing
from trueup.folder.interrupted import left_finding
from trueup.folder.journal import is_entry
from trueup.folder.layouts.down import (
    DownPart,
    file_finding,
    section,
    section_findings,
    whose_way_down,
)
from trueup.folder.layouts.unread import unread
from trueup.folder.names import Name, check_name, parse_name, shown
from trueup.folder.order import Listed, order_findings
from trueup.folder.reading import (
    LinkTarget,
    Unreadable,
    follow,
    inside,
    not_a_file,
    read_file,
    relative,
)
from trueup.folder.unclosed import unclosed_findings
from trueup.model import finding
from trueup.model.finding import Finding, Location, Severity
from trueup.model.migration import Migration

BLOCKING: Final = frozenset(
    {
        "migrations_folder_missing",
        "migrations_folder_unreadable",
        "migrations_folder_outside",
        "migration_not_utf8",
        "migration_nul",
        "migration_unreadable",
        "migration_not_a_file",
        "migration_symlink_dangling",
        "migration_symlink_outside",
        "migration_too_large",
        "migration_name_not_utf8",
        "migration_unclosed",
        "migration_down_section",
        "migration_down_file",
        "migrations_not_read",
        "interrupted_files",
    }
)
_NAME_SEVERITY: Final = {"migration_version_too_long": Severity.ERROR}
_SKIPPED_FOLDERS: Final = frozenset({"node_modules", "vendor", "dist", "build", "target"})
_DEEPEST: Final = 4


@dataclass(frozen=True)
class Folder:
    """The migrations in replay order and everything noticed about the folder.

    `path` is relative to the project. A file that could not be read whole is not among
    `migrations`, nor is one that is a way down, so a replay is only right when `blocking` is empty.
    """

    path: str
    migrations: tuple[Migration, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that make a replay impossible."""
        return tuple(f for f in self.findings if f.code in BLOCKING)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions in replay order; one that two files use appears twice."""
        return tuple(m.version for m in self.migrations)


def read_folder(
    directory: Path, root: Path, *, now: datetime | None = None, besides: Path | None = None
) -> Folder:
    """Reads every migration of the folder; what is wrong becomes a finding, nothing is raised.

    Files named `<digits>_*.sql` are migrations, in the byte order of their names (see
    folder.order for why). Other .sql files are reported and left out; other files, files that
    start with a dot, and subfolders are none of trueup's business, unless nothing is read at all:
    then SQL below the folder, but for the file `besides`, is what was meant. `now` is for tests.
    """
    path = relative(str(directory), str(root))
    real_root = os.path.realpath(root)
    if not inside(os.path.realpath(directory), real_root):
        return Folder(path, findings=(_outside(path, os.path.realpath(directory)),))
    try:
        with os.scandir(directory) as scanned:
            entries = sorted(scanned, key=lambda entry: os.fsencode(entry.name))
    except OSError as problem:
        return Folder(path, findings=(_no_folder(problem, path, root),))
    reader = _Reader(path, real_root, frozenset(entry.name for entry in entries))
    for entry in entries:
        reader.take(entry)
    if not (reader.listed or reader.downs):
        reader.look_below(directory, besides)
    return reader.folder(now or datetime.now(UTC))


class _Reader:
    """Collects the migrations and the findings of one folder, entry by entry."""

    def __init__(self, folder: str, real_root: str, names: frozenset[str]) -> None:
        self.path = folder
        self.prefix = "" if folder == "." else f"{folder}/"
        self.real_root = real_root
        self.listed: list[Listed] = []
        self.migrations: list[Migration] = []
        self.findings: list[Finding] = []
        self.names = names
        self.downs: dict[str, list[str]] = {}
        self.parts: list[DownPart] = []

    def take(self, entry: os.DirEntry[str]) -> None:
        """Looks at one entry of the folder."""
        name = entry.name
        if is_entry(entry):
            found = left_finding(Path(entry.path), self.prefix)
            self.findings += [found] if found else []
        if name.startswith(".") or not name.lower().endswith(".sql"):
            return
        parsed = parse_name(name)
        path = self.prefix + shown(name)
        if _is_directory(entry):
            if parsed is not None:
                self._refuse(path, not_a_file(path, stat.S_IFDIR))
            return
        tool = whose_way_down(name, self.names) if parsed else None
        if tool is not None:
            self.downs.setdefault(tool, []).append(path)
            return
        for problem in check_name(name):
            severity = _NAME_SEVERITY.get(problem.code, Severity.WARNING)
            self._note(problem.code, severity, path, problem.message, problem.hint)
        if parsed is not None:
            self._read(entry, parsed, path)

    def look_below(self, directory: Path, besides: Path | None) -> None:
        """For a folder in which nothing is read: is there SQL that somebody means to be?"""
        refused = any(f.code in BLOCKING for f in self.findings)
        found = None if refused else unread(directory, self.path, besides)
        if found:
            self.findings = [f for f in self.findings if f.code != "migration_ignored"]
        self.findings.append(found or _empty_folder(self.path))

    def _read(self, entry: os.DirEntry[str], parsed: Name, path: str) -> None:
        if _has_stray_bytes(entry.name):
            self._note(
                "migration_name_not_utf8",
                Severity.ERROR,
                path,
                f"the name of {path} is not UTF-8, so no history can hold it",
                "rename the file",
            )
            return
        content = self._content(entry, path)
        if isinstance(content, Unreadable):
            self._refuse(path, content)
        else:
            self._accept(Migration(parsed.version, parsed.name, path, content))
        self.listed.append(Listed(path, entry.name, parsed.version, parsed.name))

    def _content(self, entry: os.DirEntry[str], path: str) -> bytes | Unreadable:
        if entry.is_symlink():
            target = follow(entry.path, path, self.real_root)
            if isinstance(target, Unreadable):
                return target
            self._note_link(path, target)
        return read_file(entry.path, path)

    def _note_link(self, path: str, target: LinkTarget) -> None:
        self._note(
            "migration_symlink",
            Severity.INFO,
            path,
            f"{path} is a symbolic link to {target.path}, which is read",
            "fine on Linux and macOS; a checkout on Windows may hold the link's text instead",
        )

    def _accept(self, migration: Migration) -> None:
        found = content_findings(migration.content, "migration", migration.path)
        self.findings += found or _nothing_said(migration)
        if any(f.code in BLOCKING for f in found):
            return
        self.migrations.append(migration)
        self.findings += unclosed_findings(migration.content, migration.path)
        part = section(migration.content, migration.path)
        self.parts += [part] if part else []

    def _refuse(self, path: str, why: Unreadable) -> None:
        self._note(f"migration_{why.what}", Severity.ERROR, path, why.message, why.hint)

    def _note(self, code: str, severity: Severity, path: str, message: str, hint: str) -> None:
        self.findings.append(Finding(code, severity, path, message, hint, Location(path)))

    def folder(self, now: datetime) -> Folder:
        """What was read, with the findings that only show between files."""
        downs = [file_finding(tool, paths) for tool, paths in self.downs.items()]
        order = order_findings(self.listed, self.path, now)
        found = (*section_findings(self.parts), *downs, *self.findings, *order)
        return Folder(self.path, tuple(self.migrations), found)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _has_stray_bytes(name: str) -> bool:
    """Whether the name has bytes that are not UTF-8 (Python keeps them as lone surrogates)."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _nothing_said(migration: Migration) -> list[Finding]:
    path = migration.path
    if is_blank(migration.content):
        return [
            finding.warning(
                "migration_empty",
                path,
                f"{path} is empty",
                "write the change into it, or delete it if no database ran it",
                Location(path),
            )
        ]
    if says_nothing(migration.content):
        return [
            finding.info(
                "migration_only_comments",
                path,
                f"{path} holds only comments",
                "nothing to do if that is meant",
                Location(path),
            )
        ]
    return []


def _outside(path: str, target: str) -> Finding:
    return finding.error(
        "migrations_folder_outside",
        path,
        f"the migrations folder {path} lies outside of the project, at {target}",
        "move it into the project, or name the project that holds it with -C DIR",
        Location(path),
    )


def _no_folder(problem: OSError, path: str, root: Path) -> Finding:
    if not isinstance(problem, FileNotFoundError):
        reason = (problem.strerror or str(problem)).lower()
        return finding.error(
            "migrations_folder_unreadable",
            path,
            f"the migrations folder {path} can't be read: {reason}",
            f"check it with `ls -ld {path}`",
            Location(path),
        )
    nearby = next(_folders_nearby(str(root)), None)
    hint = "`trueup init` creates it, and so does `trueup new NAME` with a first migration in it"
    if nearby:
        hint = (
            f"{nearby} holds migrations: set `migrations_dir` in trueup.toml,"
            " or name the project with -C DIR"
        )
    return finding.error(
        "migrations_folder_missing",
        path,
        f"there is no migrations folder {path} in {root}",
        hint,
        Location(path),
    )


def _folders_nearby(root: str) -> Iterator[str]:
    """Folders named migrations, not deep below the project, that hold migrations."""
    for where, folders, files in os.walk(root):
        below = os.path.relpath(where, root)
        depth = 0 if below == "." else below.count("/") + 1
        keep = [f for f in sorted(folders) if f not in _SKIPPED_FOLDERS and not f.startswith(".")]
        folders[:] = keep if depth < _DEEPEST else []
        if f"/{where}".endswith("/migrations") and any(parse_name(f) for f in files):
            yield below


def _empty_folder(path: str) -> Finding:
    return finding.warning(
        "migrations_folder_empty",
        path,
        f"the migrations folder {path} holds no migration",
        "start with `trueup baseline` from an existing database, or with `trueup new NAME`;"
        " only files directly in the folder are read, not subfolders",
        Location(path),
    )
