"""Extensions that a server may lack, and what stands in for them.

A stand-in is an ordinary extension in SQL alone: control file and script under
supabase/extensions. On a server of ours the files are added to its extension directory
(`postgres.server.prefix.reachable`), so CREATE EXTENSION works everywhere, also inside DO, its
objects belong to it and pg_dump leaves them out. A server always keeps an extension of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trueup.errors import StatementFailed

_FOLDER = Path(__file__).parent / "supabase" / "extensions"
# PostgreSQL's name for a missing control file: feature_not_supported, before 15 undefined_file
# (parse_extension_control_file in src/backend/commands/extension.c).
_NOT_AVAILABLE = ("0A000", "58P01")
_NAMED = re.compile(r'extension "([^"]+)" is not available|/([^/"]+)\.control"')

# What can't be stood in for in SQL, and the system package that brings it. In each, {major} is the
# server's major version.
PACKAGES: Mapping[str, str] = {
    "postgis": "postgresql-{major}-postgis-3",
    "postgis_raster": "postgresql-{major}-postgis-3",
    "postgis_topology": "postgresql-{major}-postgis-3",
    "postgis_sfcgal": "postgresql-{major}-postgis-3",
    "postgis_tiger_geocoder": "postgresql-{major}-postgis-3",
    "address_standardizer": "postgresql-{major}-postgis-3",
    "pgrouting": "postgresql-{major}-pgrouting",
    "timescaledb": "timescaledb-2-postgresql-{major}",
    "rum": "postgresql-{major}-rum",
    "pg_partman": "postgresql-{major}-partman",
}


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in as its control file describes it. `schema` is set where the extension fixes it."""

    name: str
    version: str
    schema: str | None
    relocatable: bool
    requires: tuple[str, ...]
    comment: str

    @property
    def script(self) -> Path:
        """Its SQL."""
        return _FOLDER / f"{self.name}--{self.version}.sql"


@cache
def standins() -> Mapping[str, StandIn]:
    """Every stand-in there is, by name."""
    found = map(_read, sorted(_FOLDER.glob("*.control")))
    return {standin.name: standin for standin in found}


def standin_files(name: str) -> Sequence[Path]:
    """The control files and scripts to add to a server's extension directory for a platform.

    The same for every platform: an extension that the server lacks is stood in for wherever a
    migration asks for it, and reported.
    """
    del name
    return tuple(sorted((*_FOLDER.glob("*.control"), *_FOLDER.glob("*.sql"))))


def stood_in(installed_by_server: Collection[str], used: Collection[str]) -> tuple[str, ...]:
    """Which of the extensions in `used` are stand-ins, given what the server has of its own."""
    return tuple(sorted(n for n in set(used) if n in standins() and n not in installed_by_server))


def explain_unavailable(failed: StatementFailed, major: int) -> StatementFailed:
    """The same error as `extension_unavailable` with the ways out, where an extension was missing;
    else the error as it is."""
    name = _missing_extension(failed)
    if name is None:
        return failed
    package = PACKAGES.get(name, f"postgresql-{{major}}-{name.replace('_', '-')}")
    alike = [known for known in standins() if name in known]
    meant = f"if {alike[0]} is meant, correct the name; else " if alike else ""
    return StatementFailed(
        f'the extension "{name}" is not on this server, and nothing in SQL can stand in for it',
        code="extension_unavailable",
        hint=(
            f"{meant}install it for the local server ({package.format(major=major)} or your"
            " system's name for it), or name a server that has it with --shadow-url: the Supabase"
            f" image (supabase/postgres:{major}) in CI, or any scratch server"
        ),
        subject=name,
        location=failed.location,
        statement=failed.statement,
        sqlstate=failed.sqlstate,
        detail=failed.detail,
        server_hint=failed.server_hint,
        context=failed.context,
        source=failed.source,
    )


def _missing_extension(failed: StatementFailed) -> str | None:
    if failed.sqlstate not in _NOT_AVAILABLE:
        return None
    found = _NAMED.search(failed.message)
    return (found[1] or found[2]) if found else None


def _read(control: Path) -> StandIn:
    """Control files are lines of `name = value`, values quoted or not
    (https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-FILES)."""
    fields: dict[str, str] = {}
    for line in control.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            fields[name.strip()] = value.strip().strip("'")
    return StandIn(
        name=control.stem,
        version=fields["default_version"],
        schema=fields.get("schema"),
        relocatable=fields.get("relocatable") == "true",
        requires=tuple(filter(None, map(str.strip, fields.get("requires", "").split(",")))),
        comment=fields.get("comment", ""),
    )
