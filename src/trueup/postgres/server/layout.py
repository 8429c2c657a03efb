"""Where an install keeps its shared files and its modules.

A PostgreSQL program finds both relative to its own file: the path from its bin folder to them is
fixed when it is built (src/port/path.c, make_relative_path). Only a program that is started can
tell, so the places that packagers use are looked at before `pg_config` is asked.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from trueup.errors import ServerUnavailable
from trueup.postgres.server.install import Install


@dataclass(frozen=True, slots=True)
class Layout:
    """`share` holds postgres.bki and `extension`; `modules` holds the loadable libraries."""

    share: Path
    modules: Path

    @property
    def extensions(self) -> Path:
        """The folder of control files and scripts."""
        return self.share / "extension"


def layout(install: Install, *, ask: bool = False) -> Layout:
    """The folders of a server install.

    With `ask`, what pg_config says comes first: it is what the server itself works out, also where
    a package shows the same folders under several names.
    Raises ServerUnavailable `install_incomplete`.
    """
    shares = (_candidates(install, ("share",)), _asked(install, "--sharedir"))
    modules = (_candidates(install, ("lib", "lib64")), _asked(install, "--pkglibdir"))
    order = -1 if ask else 1
    share = next((p for p in chain(*shares[::order]) if _is_share(p, install.major)), None)
    module = next((p for p in chain(*modules[::order]) if _is_modules(p)), None)
    if share is None or module is None:
        raise ServerUnavailable(
            f"{install} is not complete: its shared files or its modules are missing",
            code="install_incomplete",
            hint="Install PostgreSQL's server package again.",
        )
    return Layout(share, module)


def _candidates(install: Install, folders: tuple[str, ...]) -> Iterator[Path]:
    """Own prefix first; Debian's bin lies three folders below its prefix, Alpine's two."""
    major = install.major
    names = ("", "postgresql", "pgsql", f"postgresql{major}", f"postgresql@{major}")
    for base in install.bin_dir.parents[:4]:
        for folder in folders:
            yield from (base / folder / name for name in names)
            yield base / folder / "postgresql" / str(major)


def _is_share(place: Path, major: int) -> bool:
    """The first line of postgres.bki names the major version (src/backend/catalog/genbki.pl)."""
    try:
        with (place / "postgres.bki").open("rb") as file:
            return file.readline().strip() == b"# PostgreSQL %d" % major
    except OSError:
        return False


def _is_modules(place: Path) -> bool:
    return any((place / name).is_file() for name in ("plpgsql.so", "plpgsql.dylib"))


def _asked(install: Install, option: str) -> Iterator[Path]:
    if not install.has("pg_config"):
        return
    try:
        said = subprocess.check_output(
            [install.tool("pg_config"), option], stdin=subprocess.DEVNULL, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return
    yield Path(said.decode(errors="surrogateescape").strip())
