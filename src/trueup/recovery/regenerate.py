"""Writing schema.sql from a replay; shared by the verbs that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup import __version__
from trueup.folder.atomic import write_atomic
from trueup.folder.seals import CONFIG_FILES, blob_id, seal, seal_key
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.sql.schema_text import render
from trueup.workbench.project import Project


@dataclass(frozen=True, slots=True)
class Written:
    """schema.sql after a regeneration: its path, how many objects it holds, whether its bytes
    changed."""

    path: str
    objects: int
    changed: bool


def write_schema_file(project: Project, schema: Schema) -> Written:
    """Puts the text of `schema` (already in scope) into schema.sql, in one rename."""
    path = project.settings.schema_file
    changed = write_atomic(path, render(schema).encode(), root=project.settings.root)
    return Written(project.schema_label, len(schema), changed)


def would_write(project: Project, schema: Schema) -> Written:
    """The same without writing: `changed` says whether the bytes would be others."""
    return Written(project.schema_label, len(schema), not is_current(project, schema))


def is_current(project: Project, schema: Schema) -> bool:
    """Whether schema.sql holds exactly the text of `schema`."""
    try:
        return project.settings.schema_file.read_bytes() == render(schema).encode()
    except OSError:
        return False


def seal_replay(project: Project, migrations: Sequence[Migration], schema: Schema) -> None:
    """Tells the git hook what a replay of exactly these files gives (`schema`, in scope), so that
    it need not replay them itself. Does nothing where the cache is switched off."""
    if not project.use_cache:
        return
    config = [_blob_of(project.settings.root / name) for name in CONFIG_FILES]
    files = [(file.file_name, blob_id(file.content)) for file in migrations]
    seal(seal_key(files, config, __version__), blob_id(render(schema).encode()))


def _blob_of(path: Path) -> str:
    try:
        return blob_id(path.read_bytes())
    except OSError:
        return ""
