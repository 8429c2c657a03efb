"""The pre-commit framework: an entry of our own in .pre-commit-config.yaml.

The file is edited as lines between marks; it is the user's, with comments and an indentation of
its own, which a YAML library would not give back.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from trueup.errors import UsageError
from trueup.folder.atomic import write_atomic
from trueup.model.finding import Location

CONFIG = ".pre-commit-config.yaml"
_BEGIN, _END = "# >>> trueup {project}>>>", "# <<< trueup {project}<<<"
_ENTRY = """\
- repo: local
  hooks:
    - id: {id}
      name: migrations and schema.sql
      entry: trueup hook run{options}
      language: system
      always_run: true
      pass_filenames: false
      stages: [pre-commit, pre-merge-commit]
"""
_LIST = re.compile(r"^repos:[ \t]*(?:#.*)?$", re.MULTILINE)
_ITEM = re.compile(r"^([ \t]*)-[ \t]", re.MULTILINE)
_NEXT_KEY = re.compile(r"^[^\s#-]", re.MULTILINE)


def add_to_framework(top: Path, project: str) -> tuple[str, str]:
    """Adds the entry; the file's name and "installed" or "unchanged".

    Raises UsageError (`framework_config_strange`) where the file has no `repos:` list to add to,
    and WriteFailed.
    """
    path = top / CONFIG
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    begin, _ = _marks(project)
    if begin in text:
        return CONFIG, "unchanged"
    if not text.strip():
        new = f"repos:\n{_entry(project, '  ')}"
    else:
        at, indent = _end_of_list(text)
        gap = "" if text[:at].endswith("\n") else "\n"
        new = text[:at] + gap + _entry(project, indent) + text[at:]
    write_atomic(path, new.encode(), root=top)
    return CONFIG, "installed"


def remove_from_framework(top: Path, project: str) -> tuple[str, str]:
    """Takes the entry out; the file's name and "removed" or "absent". Raises WriteFailed."""
    path = top / CONFIG
    begin, end = _marks(project)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in text:
        return CONFIG, "absent"
    start = text.rindex("\n", 0, text.index(begin)) + 1
    stop = text.index("\n", text.index(end)) + 1
    left = text[:start] + text[stop:]
    if left.strip() == "repos:":
        path.unlink()
    else:
        write_atomic(path, left.encode(), root=top)
    return CONFIG, "removed"


def _entry(project: str, indent: str) -> str:
    begin, end = _marks(project)
    options = f" -C {shlex.quote(project)}" if project else ""
    ident = f"trueup-{re.sub(r'[^a-z0-9]+', '-', project.lower())}" if project else "trueup"
    lines = [begin, *_ENTRY.format(id=ident, options=options).splitlines(), end]
    return "".join(f"{indent}{line}\n" for line in lines)


def _marks(project: str) -> tuple[str, str]:
    label = f"{project} " if project else ""
    return _BEGIN.format(project=label), _END.format(project=label)


def _end_of_list(text: str) -> tuple[int, str]:
    """Where the list of repos ends, and how far its items are indented."""
    start = _LIST.search(text)
    item = _ITEM.search(text, start.end()) if start else None
    if start is None or item is None:
        raise UsageError(
            f"{CONFIG} has no list of repos to add an entry to",
            code="framework_config_strange",
            hint="add it by hand:\n" + _ENTRY.format(id="trueup", options=""),
            location=Location(CONFIG),
        )
    following = _NEXT_KEY.search(text, item.start())
    return following.start() if following else len(text), item[1]
