"""The declarative schema files (supabase/schemas) as one more side of a check: what they give when
they run, in their order, in a fresh database of the platform."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from trueup.config import Settings
from trueup.errors import CannotTell, StatementFailed
from trueup.folder.reading import Unreadable, read_file
from trueup.model.finding import Finding, Location, error, warning
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.platform.files import CONFIG
from trueup.shadow.shadow import Replayed, Shadow
from trueup.sql.quote import quote
from trueup.workbench.gather import Gathering
from trueup.workbench.project import Project

_SCHEMA_PATHS = f"[db.migrations].schema_paths in {CONFIG}"
# undefined_object: https://www.postgresql.org/docs/current/errcodes-appendix.html
_NO_SUCH_OBJECT = "42704"
_NOT_THERE = frozenset({"3F000", "42P01", "42703", "42704", "42883"})
_ROLES = "SELECT rolname FROM pg_catalog.pg_roles WHERE NOT starts_with(rolname, 'pg_')"


def declarative_label(settings: Settings) -> str:
    """What messages call the declarative side."""
    if settings.declarative_dir is not None:
        return settings.shown(settings.declarative_dir)
    return _SCHEMA_PATHS


def declarative_schema(
    project: Project, migrations: Sequence[Migration], shadow: Shadow, so_far: Gathering
) -> Schema | None:
    """What the declarative files give, None where there are none. They may name roles that the
    migrations make: those belong to the server, not to a schema."""
    files = _files(project.settings, so_far)
    if not files:
        return None
    made = so_far.attempt(lambda: _replayed(shadow, files, migrations))
    if made is None:
        return None
    label = declarative_label(project.settings)
    so_far.add(*(warning("replay_note", label, note) for note in made.notes))
    return made.schema


def has_declarative(settings: Settings) -> bool:
    """Whether the project has such files."""
    return bool(settings.declarative_paths) or settings.declarative_dir is not None


def declared(project: Project, migrations: Sequence[Migration], shadow: Shadow) -> Schema:
    """The same where it is all that was asked for. Raises what keeps it from being had."""
    return shadow.replayed(declared_files(project, migrations, shadow)).schema


def declared_files(
    project: Project, migrations: Sequence[Migration], shadow: Shadow
) -> Sequence[Migration]:
    """The files as they run, after the roles that they need. Raises CannotTell."""
    so_far = Gathering()
    files = _files(project.settings, so_far)
    errors = [found for found in so_far.findings if found.is_error]
    if errors or not files:
        raise _none(project, errors)
    return _that_run(shadow, files, migrations)[0]


def _none(project: Project, errors: Sequence[Finding]) -> CannotTell:
    label = declarative_label(project.settings)
    if not errors:
        return _unusable(label, f"{label} has no .sql file", "write one, or compare another source")
    first = errors[0]
    return CannotTell(
        first.message,
        code=first.code,
        hint=first.hint,
        subject=first.subject,
        location=first.location,
    )


def _replayed(
    shadow: Shadow, files: Sequence[Migration], migrations: Sequence[Migration]
) -> Replayed:
    return _that_run(shadow, files, migrations)[1]


def _that_run(
    shadow: Shadow, files: Sequence[Migration], migrations: Sequence[Migration]
) -> tuple[Sequence[Migration], Replayed]:
    try:
        return files, shadow.replayed(files)
    except StatementFailed as failed:
        roles = _roles(shadow, migrations) if failed.sqlstate == _NO_SUCH_OBJECT else None
        if roles is None:
            raise _explained(failed, files) from failed
    try:
        return (roles, *files), shadow.replayed((roles, *files))
    except StatementFailed as failed:
        raise _explained(failed, files) from failed


def _roles(shadow: Shadow, migrations: Sequence[Migration]) -> Migration | None:
    """A file that makes the roles which the migrations make, None where they make none."""
    names = sorted(_role_names(shadow, migrations) - _role_names(shadow, ()))
    if not names:
        return None
    text = "".join(f"CREATE ROLE {quote(name)};\n" for name in names)
    return Migration("", "roles", "roles of the migrations", text.encode())


def _role_names(shadow: Shadow, migrations: Sequence[Migration]) -> set[str]:
    from trueup.postgres.session.connection import connect

    with shadow.database(migrations) as conninfo, connect(conninfo) as conn:
        return {str(row[0]) for row in conn.execute(_ROLES)}


def _explained(failed: StatementFailed, files: Sequence[Migration]) -> StatementFailed:
    """The failure with what may lie behind it: a folder runs in the order of its names."""
    place = failed.location.file if failed.location else ""
    later = files and place != files[-1].path and failed.sqlstate in _NOT_THERE
    hint = (
        f"if a later file makes it, name the files in the order in which they need each other: "
        f"{_SCHEMA_PATHS}"
    )
    return StatementFailed(
        failed.message,
        statement=failed.statement,
        sqlstate=failed.sqlstate,
        detail=failed.detail,
        server_hint=failed.server_hint,
        context=failed.context,
        source=failed.source,
        code="declarative_does_not_load",
        hint=hint if later else failed.hint,
        subject=failed.subject or place,
        location=failed.location,
    )


def _files(settings: Settings, so_far: Gathering) -> list[Migration]:
    """The files in the order in which they run; what can't be read leaves the verdict open."""
    paths, missing = _paths(settings)
    so_far.cannot_tell(missing) if missing else None
    files: list[Migration] = []
    for path in paths:
        read = so_far.attempt(lambda path=path: _read(path, settings.shown(path)))  # type: ignore[misc]
        if read is None:
            return []
        files.append(read)
    return [] if missing else files


def _paths(settings: Settings) -> tuple[list[Path], list[Finding]]:
    if settings.declarative_paths and settings.supabase_config:
        return _matching(settings.declarative_paths, settings.supabase_config.parent)
    if settings.declarative_dir is None:
        return [], []
    found = (path for path in settings.declarative_dir.rglob("*.sql") if path.is_file())
    return sorted(found, key=lambda path: [os.fsencode(part) for part in path.parts]), []


def _matching(patterns: Sequence[str], base: Path) -> tuple[list[Path], list[Finding]]:
    """Each pattern's files in byte order, pattern by pattern, each file once (Glob.Files in
    pkg/config of supabase/cli)."""
    paths: dict[str, None] = {}
    missing: list[Finding] = []
    for pattern in patterns:
        whole = os.path.normpath(os.path.join(glob.escape(str(base)), pattern))  # noqa: PTH118
        names = sorted(glob.glob(whole, include_hidden=True), key=os.fsencode)  # noqa: PTH207
        missing += [] if names else [_matches_nothing(pattern)]
        paths |= dict.fromkeys(name for name in names if Path(name).is_file())
    return [Path(path) for path in paths], missing


def _matches_nothing(pattern: str) -> Finding:
    return error(
        "declarative_path_missing",
        pattern,
        f"{_SCHEMA_PATHS} names {pattern}, and no file is called so",
        "correct the pattern (it counts from the folder supabase), or take it out",
        Location(CONFIG),
    )


def _read(path: Path, shown: str) -> Migration:
    """Raises CannotTell."""
    content = read_file(str(path), shown)
    if isinstance(content, Unreadable):
        raise _unusable(shown, content.message, content.hint)
    migration = Migration("", path.stem, shown, content)
    try:
        migration.sql  # noqa: B018 - decoded here, so that a bad file is told by name
    except UnicodeDecodeError as problem:
        message = f"{shown} is not UTF-8 (byte {problem.start})"
        raise _unusable(shown, message, "save it as UTF-8") from problem
    return migration


def _unusable(shown: str, message: str, hint: str) -> CannotTell:
    return CannotTell(
        message,
        code="declarative_unreadable",
        hint=hint,
        subject=shown,
        location=Location(shown),
    )
