"""`init --git`: git is told to merge schema.sql with trueup. The attribute is committed and holds
for everybody; the command behind it is configured in each clone, as git wants it."""

from __future__ import annotations

import os
import shlex
import sys

from trueup.config.settings import Settings
from trueup.folder.atomic import write_atomic
from trueup.git.process import GitFailedError, has
from trueup.git.repository import Repository, explained, find_repository
from trueup.ops.init import InitOptions, Written

DRIVER = "trueup"
_ARGUMENTS = "merge-driver --marker-size %L %O %A %B %P"


def set_up_merging(settings: Settings, options: InitOptions) -> list[Written]:
    """Adds `<schema.sql> merge=trueup` to .gitattributes and the driver to this clone's git
    configuration. Doing it again changes nothing. Raises UsageError outside of a repository."""
    repository = find_repository(settings.root)
    return [_attribute(settings, repository), _configured(repository)]


def _attribute(settings: Settings, repository: Repository) -> Written:
    path = settings.root / ".gitattributes"
    shown = settings.shown(path)
    name = os.path.relpath(settings.schema_file, settings.root)
    pattern = f'"/{name}"' if " " in name else f"/{name}"
    line = f"{pattern} merge={DRIVER} text eol=lf"
    inside = repository.relative(settings.schema_file)
    told = has(["check-attr", "merge", "--", inside], directory=str(repository.top)) or b""
    if told.rstrip().endswith(b": merge: " + DRIVER.encode()):
        return Written(shown, "kept", "schema.sql has its merge driver")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "" if not text or text.endswith("\n") else "\n"
    write_atomic(path, f"{text}{gap}{line}\n".encode(), root=settings.root)
    return Written(shown, "replaced" if text else "created", f"{name} merges by object")


def _configured(repository: Repository) -> Written:
    shown = f"merge.{DRIVER} in the repository's git configuration"
    command = f"{shlex.quote(sys.executable)} -P -m trueup {_ARGUMENTS}"
    wanted = {
        f"merge.{DRIVER}.name": "schema.sql, object by object",
        f"merge.{DRIVER}.driver": command,
        # Ancestors that git makes up for a criss-cross merge are nobody's schema.
        f"merge.{DRIVER}.recursive": "text",
    }
    changed = False
    for key, value in wanted.items():
        known = has(["config", "--local", "--get", key], directory=str(repository.top))
        if known is None or known.decode().rstrip("\n") != value:
            changed = True
            _set(repository, key, value)
    return Written(shown, "created" if changed else "kept", "each clone runs `trueup init --git`")


def _set(repository: Repository, key: str, value: str) -> None:
    try:
        repository.run("config", "--local", key, value)
    except GitFailedError as problem:
        raise explained(problem, repository.top) from None
