"""`trueup hook install` and `uninstall`: into git's own hooks, husky's, or pre-commit's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trueup.errors import TrueupError, UsageError
from trueup.folder.atomic import write_atomic
from trueup.git.framework import CONFIG as FRAMEWORK_CONFIG
from trueup.git.framework import add_to_framework, remove_from_framework
from trueup.git.hook_script import (
    BEGIN,
    END,
    KEPT_SUFFIX,
    block,
    flags_of,
    projects_in,
    script,
)
from trueup.git.repository import Repository
from trueup.model.finding import Finding, Location, warning

Kind = Literal["git", "husky", "pre-commit"]
KINDS: tuple[Kind, ...] = ("git", "husky", "pre-commit")
HOOKS = ("pre-commit", "pre-merge-commit")
_MADE_FOLDER, _MADE_FILE, _NO_NEWLINE = "made-folder", "made-file", "no-newline"


class HookNotWritten(TrueupError):
    """A hook could not be written, moved or removed."""

    code = "hook_not_written"


@dataclass(frozen=True, slots=True)
class Installed:
    """What became of each file: its path and "installed", "unchanged", "removed" or "absent"."""

    kind: Kind
    files: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()


def detect(repository: Repository) -> Kind:
    """Whose hooks these are: husky's where git is pointed at .husky, pre-commit's where it has
    a configuration and its hook is in place, else git's own."""
    if ".husky" in repository.hooks.parts:
        return "husky"
    hook = repository.hooks / HOOKS[0]
    framework = (repository.top / FRAMEWORK_CONFIG).exists()
    if framework and b"pre_commit" in _read(hook):
        return "pre-commit"
    return "git"


def install(
    repository: Repository, project: Path, kind: Kind | None = None, *, force: bool = False
) -> Installed:
    """Puts the hook in place for the project; doing it again changes nothing.

    Raises UsageError where core.hooksPath is for all repositories (`hooks_path_shared`) unless
    `force`, and where two hooks would be lost in one (`hook_in_the_way`); HookNotWritten.
    """
    kind = kind or detect(repository)
    where = repository.relative(project)
    if kind == "pre-commit":
        path, done = add_to_framework(repository.top, where)
        return Installed(kind, ((path, done),))
    if kind == "husky":
        return _into_husky(repository, where)
    if repository.hooks_scope in ("global", "system") and not force:
        raise _shared(repository)
    new = _MADE_FOLDER if not repository.hooks.exists() else ""
    return Installed(kind, tuple(_install_one(repository, name, where, new) for name in HOOKS))


def uninstall(repository: Repository, project: Path, kind: Kind | None = None) -> Installed:
    """Takes the project's hook out and leaves everything as it was before. HookNotWritten."""
    kind = kind or detect(repository)
    where = repository.relative(project)
    if kind == "pre-commit":
        path, done = remove_from_framework(repository.top, where)
        return Installed(kind, ((path, done),))
    if kind == "husky":
        folder = repository.top / ".husky"
        done_files = [_remove_block(repository, folder / name, where) for name in HOOKS]
        return Installed(kind, tuple(done_files))
    return Installed(kind, tuple(_uninstall_one(repository, name, where) for name in HOOKS))


def _shared(repository: Repository) -> UsageError:
    return UsageError(
        f"core.hooksPath is set for all your repositories, to {repository.hooks}",
        code="hooks_path_shared",
        hint="give this repository its own: git config core.hooksPath .git/hooks;"
        " or install into the shared folder all the same: trueup hook install --force",
        subject=str(repository.hooks),
    )


def _install_one(repository: Repository, name: str, project: str, new: str) -> tuple[str, str]:
    path = repository.hooks / name
    shown = _shown(repository, path)
    text = _read(path).decode("utf-8", "replace")
    ours = BEGIN in text
    flags = flags_of(text) if ours else new
    projects = _with(projects_in(text), project)
    wanted = script(name, projects, portable=repository.hooks_in_tree, flags=flags)
    with _Explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not ours and os.path.lexists(path):
            _keep(path, shown)
        return shown, _write(path, wanted)


def _keep(path: Path, shown: str) -> None:
    """Moves somebody else's hook aside: ours runs it first."""
    aside = path.with_name(path.name + KEPT_SUFFIX)
    if os.path.lexists(aside):
        raise UsageError(
            f"both {shown} and {aside.name} beside it are hooks of somebody else",
            code="hook_in_the_way",
            hint=f"put what is needed into one of them and remove {aside.name}",
            subject=shown,
            location=Location(shown),
        )
    path.rename(aside)


def _uninstall_one(repository: Repository, name: str, project: str) -> tuple[str, str]:
    path = repository.hooks / name
    shown = _shown(repository, path)
    text = _read(path).decode("utf-8", "replace")
    if project not in projects_in(text):
        return shown, "absent"
    left = [each for each in projects_in(text) if each != project]
    with _Explained(path):
        if left:
            flags, portable = flags_of(text), repository.hooks_in_tree
            return shown, _write(path, script(name, left, portable=portable, flags=flags))
        path.unlink()
        aside = path.with_name(path.name + KEPT_SUFFIX)
        if os.path.lexists(aside):
            aside.rename(path)
        elif _MADE_FOLDER in flags_of(text) and not any(path.parent.iterdir()):
            path.parent.rmdir()
    return shown, "removed"


def _into_husky(repository: Repository, project: str) -> Installed:
    folder = repository.top / ".husky"
    files, findings = [], []
    for name in HOOKS:
        path = folder / name
        text = _read(path).decode("utf-8", "surrogateescape")
        findings += _never_reached(text, _shown(repository, path))
        with _Explained(path):
            folder.mkdir(exist_ok=True)
            files.append((_shown(repository, path), _write(path, _with_block(path, text, project))))
    if ".husky" not in repository.hooks.parts:
        findings.append(_not_active())
    return Installed("husky", tuple(files), tuple(findings))


def _with_block(path: Path, text: str, project: str) -> str:
    """The file with our block at its end, or renewed where it stands."""
    projects = _with(projects_in(text), project)
    if BEGIN in text:
        before, after = _around(text)
        return before + block(projects, portable=True, flags=flags_of(text)) + after
    flags = "" if path.exists() else _MADE_FILE
    if text and not text.endswith("\n"):
        flags, text = _NO_NEWLINE, text + "\n"
    return text + block(projects, portable=True, flags=flags)


def _remove_block(repository: Repository, path: Path, project: str) -> tuple[str, str]:
    shown = _shown(repository, path)
    text = _read(path).decode("utf-8", "surrogateescape")
    if project not in projects_in(text):
        return shown, "absent"
    before, after = _around(text)
    left = [each for each in projects_in(text) if each != project]
    flags = flags_of(text)
    with _Explained(path):
        if left:
            return shown, _write(path, before + block(left, portable=True, flags=flags) + after)
        rest = (before.removesuffix("\n") if _NO_NEWLINE in flags else before) + after
        if _MADE_FILE in flags and not rest:
            path.unlink()
        else:
            _write(path, rest)
    return shown, "removed"


def _around(text: str) -> tuple[str, str]:
    start = text.index(BEGIN)
    end = text.index(END, start) + len(END)
    return text[:start], text[end:].removeprefix("\n")


def _never_reached(text: str, shown: str) -> list[Finding]:
    own = text.split(BEGIN)[0].rstrip().rsplit("\n", 1)[-1].strip()
    if not own.startswith(("exit", "exec ")):
        return []
    return [
        warning(
            "hook_never_reached",
            shown,
            f"{shown} ends with `{own}`, so nothing after it runs",
            f"move trueup's block in {shown} above that line",
            Location(shown),
        )
    ]


def _not_active() -> Finding:
    return warning(
        "husky_not_active",
        ".husky",
        "git is not pointed at .husky, so its hooks do not run here yet",
        "run `npm install` where package.json has husky's prepare script, or `npx husky`",
    )


def _with(projects: Sequence[str], project: str) -> list[str]:
    return [*projects, project] if project not in projects else list(projects)


def _write(path: Path, text: str) -> str:
    content = text.encode("utf-8", "surrogateescape")
    known = path.exists()
    changed = write_atomic(path, content, root=path.parent)
    if not known:
        path.chmod(0o755)
    return "installed" if changed else "unchanged"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _shown(repository: Repository, path: Path) -> str:
    inside = path.is_relative_to(repository.top)
    return str(path.relative_to(repository.top)) if inside else str(path)


class _Explained:
    """Turns the operating system's refusal into an error that names file and way out."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        from trueup.folder.atomic import WriteFailed

        if isinstance(problem, OSError | WriteFailed):
            reason = getattr(problem, "strerror", None) or str(problem)
            raise HookNotWritten(
                f"{self._path} can't be written: {reason}",
                hint=f"check the folder with `ls -ld {self._path.parent}`; nothing was lost",
                location=Location(str(self._path)),
            ) from problem
