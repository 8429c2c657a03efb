"""A folder in which no file is read, with files in it or below that somebody means to be run.

Nothing read is nothing compared, so it must not look like a new project. What the tools' files are
called is data here, for the message alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from trueup.folder.names import SHAPE, some
from trueup.model import finding
from trueup.model.finding import Finding, Location

_SKIPPED: Final = frozenset({"node_modules", "vendor", "dist", "build", "target", "__pycache__"})
_MOST: Final = 20_000  # entries looked at; a tree of more is no folder of migrations
# Migrations in a programming language: the version first, as everywhere.
_CODE: Final = re.compile(
    r"(?:[0-9]|[VR][0-9_.]*__)[^/]*\.(?:js|ts|mjs|cjs|py|rb|go|exs|php|java|kt|cs)\Z"
)
# Paths below the folder, as patterns of the whole path. The first that fits any file is believed.
_TOOLS: Final = (
    ("Drizzle", r"meta/_journal\.json|[0-9]{14}_[^/]*/snapshot\.json"),
    ("Prisma", r"migration_lock\.toml|[^/]+/migration\.sql"),
    ("Atlas", r"atlas\.sum"),
    ("Flyway", r"(?:.*/)?(?:[VBU][0-9][0-9_.]*|R)__[^/]*\.sql"),
    ("Sqitch", r"sqitch\.plan|deploy/.*\.sql"),
    ("graphile-migrate", r"committed/[0-9]{6,}[^/]*\.sql"),
    ("Diesel or Hasura", r"(?:.*/)?[0-9][^/]*/up\.sql"),
    ("db-migrate", r"sqls/[^/]*-up\.sql"),
)


def unread(directory: Path, path: str, besides: Path | None) -> Finding | None:
    """The finding about a folder of which nothing is read, None where there is nothing to read.
    `besides` is a file that is no migration wherever it lies (schema.sql)."""
    # Below the project's own top lies everything else that it is made of.
    files = list(_below(directory, besides, deep=path != "."))
    sql = [name for name in files if name.lower().endswith(".sql")]
    meant = sql or [name for name in files if _CODE.fullmatch(name.rpartition("/")[2])]
    if not meant:
        return None
    tool = _tool(files)
    return finding.error(
        "migrations_not_read",
        path,
        f"{_none_of(meant, path)}{f' (the layout of {tool})' if tool else ''}: only"
        f" <digits>_<name>.sql directly in the folder is; there is {some(meant)}",
        _way_on(sql, tool),
        Location(path),
    )


def _below(directory: Path, besides: Path | None, *, deep: bool) -> Iterator[str]:
    """The files of the tree, relative to its top, links to folders not followed."""
    seen = 0
    for where, folders, files in os.walk(directory):
        keep = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
        folders[:] = keep if deep else []
        prefix = "" if where == str(directory) else f"{os.path.relpath(where, directory)}/"
        for name in sorted(files):
            if not name.startswith(".") and Path(where, name) != besides:
                yield prefix + name
        seen += len(files) + len(folders)
        if seen > _MOST:
            return


def _tool(files: Sequence[str]) -> str:
    fits = (tool for tool, pattern in _TOOLS if any(re.fullmatch(pattern, f) for f in files))
    return next(fits, "")


def _none_of(meant: Sequence[str], path: str) -> str:
    sql = meant[0].lower().endswith(".sql")
    if len(meant) == 1:
        return f"the {'.sql file' if sql else 'migration in code'} in {path} is not read"
    kind = ".sql files" if sql else "migrations in code"
    return f"none of the {len(meant)} {kind} in {path} is read"


def _way_on(sql: Sequence[str], tool: str) -> str:
    own = (
        "give trueup a folder of its own (`migrations_dir`): `trueup baseline` starts one from the"
        " database"
    )
    only_named_otherwise = sql and not tool and not any("/" in name for name in sql)
    return f"rename migrations to {SHAPE}; or {own}" if only_named_otherwise else own
