"""Find the PostgreSQL programs of this machine, and choose among them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import CannotTell, ServerUnavailable
from trueup.platform.postgres import (
    OLDEST,
    PREFERRED,
    TESTED,
    WHEELS,
    how_to_get,
    how_to_get_client,
)
from trueup.postgres.server.places import cache_root

# Origin and glob of the folders that packages install to.
FOLDERS = (
    ("debian", "/usr/lib/postgresql/*/bin"),
    ("redhat", "/usr/pgsql-*/bin"),
    ("suse", "/usr/lib/postgresql[0-9]*/bin"),
    ("alpine", "/usr/libexec/postgresql*"),
    ("homebrew", "/opt/homebrew/opt/postgresql@*/bin"),
    ("homebrew", "/usr/local/opt/postgresql@*/bin"),
    ("homebrew", "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin"),
    ("homebrew", "/opt/homebrew/opt/libpq/bin"),
    ("homebrew", "/usr/local/opt/libpq/bin"),
    ("postgres.app", "/Applications/Postgres.app/Contents/Versions/*/bin"),
    ("edb", "/Library/PostgreSQL/*/bin"),
)


@dataclass(frozen=True, slots=True)
class Install:
    """One folder of PostgreSQL programs.

    `version` is what the programs say, such as "17.10" or "18beta1"; `origin` is how it was found.
    `has_server` is false where there are only client programs.
    """

    major: int
    version: str
    bin_dir: Path
    origin: str
    has_server: bool

    def tool(self, name: str) -> Path:
        """The program `name`. Raises ServerUnavailable `tool_missing` when it is not here."""
        path = self.bin_dir / name
        if not path.is_file():
            raise ServerUnavailable(
                f"{self} has no {name}",
                code="tool_missing",
                hint="Install the matching PostgreSQL client or server package.",
            )
        return path

    def has(self, name: str) -> bool:
        """Whether the program `name` is here."""
        return (self.bin_dir / name).is_file()

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} ({self.origin}, {self.bin_dir})"


@dataclass(frozen=True, slots=True)
class Broken:
    """A folder of programs that do not run here, and what happened when they were tried."""

    bin_dir: Path
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything found on this machine, in the order of preference among equals."""

    installs: tuple[Install, ...]
    broken: tuple[Broken, ...]


def find_installs() -> tuple[Install, ...]:
    """Every PostgreSQL that trueup takes: first those on PATH, then in the usual folders, then in
    wheels."""
    return survey().installs


def survey() -> Survey:
    """What `find_installs` sees, with the folders whose programs do not run."""
    known = _Versions()
    installs: list[Install] = []
    broken: list[Broken] = []
    for bin_dir, origin in _folders():
        try:
            install = _examine(bin_dir, origin, known)
        except OSError as error:
            broken.append(Broken(bin_dir, origin, str(error)))
            continue
        if install.major >= OLDEST:
            installs.append(install)
    known.save()
    return Survey(tuple(installs), tuple(broken))


def _folders() -> Iterator[tuple[Path, str]]:
    """Each real folder once, with the first way it was found."""
    seen: set[Path] = set()
    for bin_dir, origin in (*_on_path(), *_installed(), *_in_wheels()):
        if bin_dir not in seen and any(_is_program(bin_dir / n) for n in ("postgres", "pg_dump")):
            seen.add(bin_dir)
            yield bin_dir, origin


def _on_path() -> Iterator[tuple[Path, str]]:
    """The homes of the programs on PATH: links are followed, because PostgreSQL does so too."""
    for folder in os.get_exec_path():
        for name in ("postgres", "pg_dump"):
            program = Path(folder, name)
            if program.is_absolute() and _is_program(program):
                yield program.resolve().parent, "PATH"


def _installed() -> Iterator[tuple[Path, str]]:
    for origin, pattern in FOLDERS:
        found = Path("/").glob(pattern.removeprefix("/"))
        for folder in sorted(found, key=_numbers, reverse=True):
            yield folder.resolve(), origin


def _numbers(path: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(path))]


def _in_wheels() -> Iterator[tuple[Path, str]]:
    for wheel in WHEELS:
        spec = importlib.util.find_spec(
            wheel.module
        )  # finds a top-level package without importing it
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for folder in wheel.folders:
                yield Path(place, folder, "bin").resolve(), f"wheel {wheel.name}"


def _is_program(path: Path) -> bool:
    """Whether this is a real program: Debian's and others' wrappers pick a version of their own."""
    try:
        with path.open("rb") as file:
            return os.access(path, os.X_OK) and file.read(2) != b"#!"
    except OSError:
        return False


def _examine(bin_dir: Path, origin: str, known: _Versions) -> Install:
    has_server = all((bin_dir / name).is_file() for name in ("postgres", "initdb"))
    version = known.of(bin_dir / ("postgres" if has_server else "pg_dump"))
    return Install(int(_digits(version)), version, bin_dir, origin, has_server)


def _digits(version: str) -> str:
    found = re.match(r"\d+", version)
    return found[0] if found else "0"


class _Versions:
    """What programs say of their version, remembered for as long as the file does not change."""

    def __init__(self) -> None:
        self._changed = False
        self._known: dict[str, str] = {}
        try:
            self._file: Path | None = cache_root() / "versions.json"
            loaded = json.loads(self._file.read_bytes())
        except CannotTell:
            self._file = None
        except (OSError, ValueError):
            pass
        else:
            if isinstance(loaded, dict):
                self._known = {str(k): v for k, v in loaded.items() if isinstance(v, str)}

    def of(self, program: Path) -> str:
        """Its version. Raises OSError when it does not run, or does not say."""
        found = program.stat()
        key = f"{program}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"
        if key not in self._known:
            self._known[key] = _ask_version(program)
            self._changed = True
        return self._known[key]

    def save(self) -> None:
        """Write what was learned; a cache that cannot be written is done without."""
        if self._file is None or not self._changed:
            return
        try:
            fresh = {k: v for k, v in self._known.items() if Path(k.split(":")[0]).exists()}
            handle, name = tempfile.mkstemp(prefix="versions.", dir=self._file.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(fresh, file, indent=1, sort_keys=True)
            Path(name).replace(self._file)
        except OSError:
            pass


def _ask_version(program: Path) -> str:
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            timeout=10,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or str(error).encode()
        raise OSError(f"{program}: {said.decode(errors='replace').strip()}") from None
    words = done.stdout.decode(errors="replace").split()
    if len(words) < 3 or words[1] != "(PostgreSQL)":
        raise OSError(f"{program} is not PostgreSQL's: it says {' '.join(words)[:80]!r}")
    return words[2]


def choose_server(major: int | None) -> Install:
    """The install to start servers of `major` from. When None any will do: the preferred major
    before others, tested ones before those that are not, new ones before old.

    Raises ServerUnavailable `no_server_found`, which says what is there and how to get one.
    """
    found = survey()
    servers = [install for install in found.installs if install.has_server]
    if major is None:
        servers.sort(key=_rank)
    else:
        servers = [install for install in servers if install.major == major]
    if servers:
        return servers[0]
    wanted = "PostgreSQL server" if major is None else f"PostgreSQL {major} server"
    raise ServerUnavailable(
        f"no {wanted} was found on this machine; {_describe(found)}",
        code="no_server_found",
        hint=how_to_get(major or PREFERRED),
    )


def _rank(install: Install) -> tuple[bool, bool, int]:
    return install.major != PREFERRED, install.major not in TESTED, -install.major


def choose_client(major: int) -> Install:
    """The install whose pg_dump reads servers of `major`: the same major, else the next newer.

    pg_dump refuses servers newer than itself (https://www.postgresql.org/docs/current/app-pgdump.html).
    Raises ServerUnavailable `no_client_found`.
    """
    found = survey()
    able = [one for one in found.installs if one.major >= major and one.has("pg_dump")]
    if able:
        return min(able, key=lambda install: install.major)
    raise ServerUnavailable(
        f"no pg_dump of PostgreSQL {major} or newer was found on this machine; {_describe(found)}",
        code="no_client_found",
        hint=how_to_get_client(major),
    )


def _describe(found: Survey) -> str:
    there = [str(install) for install in found.installs]
    there += [f"{one.bin_dir} does not run ({one.reason})" for one in found.broken]
    return f"found: {'; '.join(there)}" if there else "nothing was found at all"
