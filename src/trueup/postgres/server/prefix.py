"""A relocated copy of an install, where the original will not do.

Two reasons: the server's account cannot read the original (a virtual environment in root's home),
or extensions are wanted that the server does not have. PostgreSQL finds its shared files and
modules relative to its own, real file (src/common/exec.c resolves links; src/port/path.c,
make_relative_path), so a tree of the same shape with real copies of the programs is an install.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.errors import ServerUnavailable
from trueup.postgres.server.account import Account, can_list, can_run, server_account
from trueup.postgres.server.environment import clean_environment
from trueup.postgres.server.install import Install
from trueup.postgres.server.layout import Layout, layout
from trueup.postgres.server.places import cache_write_failed, shared_cache_root
from trueup.postgres.server.signals import signals_held
from trueup.postgres.server.tree import discard, mark_used, prune, put_in_place, remove_tree

# Change it whenever what is below makes a different tree.
_FORMAT = 1
_BIN_DIR = "bin_dir"
_NEEDED = ("postgres", "initdb")
# The ones that look for the rest of the install next to themselves.
_COPIED = (*_NEEDED, "pg_config", "pg_ctl")
_TOOLS = (*_COPIED, "pg_controldata", "pg_dump", "pg_dumpall", "pg_isready", "pg_restore", "psql")
# Nothing runs these, and they are half of a development install.
_NOT_COPIED = (".a", ".pc", ".bc")

_Place = Callable[[Path, Path], None]


def extension_names(install: Install) -> frozenset[str]:
    """The extensions this server has, whether installed in a database or not."""
    return frozenset(path.stem for path in layout(install).extensions.glob("*.control"))


def reachable(install: Install, extensions: Sequence[Path] = ()) -> Install:
    """An install like this one that the server's account can run, with `extensions` added.

    `extensions` are the control files and scripts of extensions the server may not have; the files
    of one that it does have are left out, so the real one always wins. The answer is the same
    install where nothing needs doing, else a tree in the cache.
    Raises ServerUnavailable `install_incomplete` or `install_not_relocatable`, and CannotTell
    `cache_write_failed`.
    """
    account, found = server_account(), layout(install)
    extra = _missing(install, extensions)
    open_ = _is_open(install, found, account)
    if open_ and not extra:
        return install
    place = shared_cache_root() / "prefixes" / _key(install, found, extra, open_)
    moved = _kept(install, place)
    if moved is None:
        discard(place)
        try:
            moved = _build(install, extra, place, _link if open_ else _copy_open)
        except OSError as error:
            raise cache_write_failed(error) from error
        prune(place.parent)
    return moved


def _kept(install: Install, place: Path) -> Install | None:
    """The tree of an earlier run, if it is there and no power cut left it with an empty program."""
    if not mark_used(place):
        return None
    try:
        moved = replace(install, bin_dir=place / (place / _BIN_DIR).read_text(encoding="utf-8"))
        sizes = [one.tool(name).stat().st_size for one in (install, moved) for name in _NEEDED]
    except (OSError, ServerUnavailable):
        return None
    return moved if sizes[: len(_NEEDED)] == sizes[len(_NEEDED) :] else None


def _missing(install: Install, extensions: Sequence[Path]) -> tuple[Path, ...]:
    if not extensions:
        return ()
    present = extension_names(install)
    return tuple(sorted(path for path in extensions if _extension_of(path) not in present))


def _extension_of(path: Path) -> str:
    """`name--1.0.sql`, `name--1.0--1.1.sql` and `name.control` belong to `name`."""
    if path.suffix not in (".control", ".sql"):
        raise ValueError(f"{path} is neither a control file nor a script of an extension")
    return path.stem.split("--")[0]


def _is_open(install: Install, found: Layout, account: Account | None) -> bool:
    if account is None:
        return True
    folders = (found.share, found.extensions, found.modules, *_bundled(install))
    return all(can_run(install.tool(name), account) for name in _NEEDED) and all(
        can_list(folder, account) for folder in folders
    )


def _bundled(install: Install) -> Iterator[Path]:
    """Libraries that wheels carry: auditwheel puts them beside the package, delocate inside it."""
    package = install.bin_dir.parents[1]
    for folder in (package.parent / f"{package.name}.libs", package / ".dylibs"):
        if folder.is_dir():
            yield folder


def _key(install: Install, found: Layout, extra: Sequence[Path], open_: bool) -> str:
    """Everything the tree depends on; links need the original's path, copies its state."""
    digest = hashlib.sha256(repr((_FORMAT, str(install.bin_dir), install.version, open_)).encode())
    for path in (*map(install.tool, _NEEDED), found.extensions, found.modules):
        state = path.stat()
        digest.update(repr((str(path), state.st_size, state.st_mtime_ns)).encode())
    for path in extra:
        content = path.read_bytes()
        digest.update(repr((path.name, len(content))).encode() + content)
    return f"{install.major}-{digest.hexdigest()[:20]}"


def _build(install: Install, extra: Sequence[Path], place: Path, put: _Place) -> Install:
    """Made aside and moved into place when it is known to work."""
    aside = place.parent / f".new-{secrets.token_hex(16)}"
    aside.mkdir(parents=True)
    place.parent.chmod(0o755)  # whatever the umask made of it
    try:
        plan = _Plan.of(install, aside)
        plan.fill(install, extra, put)
        _open_folders(aside)
        _check(replace(install, bin_dir=plan.moved(install.bin_dir)), plan.moved(plan.found.share))
        bin_dir = install.bin_dir.relative_to(plan.old)
        (aside / _BIN_DIR).write_text(str(bin_dir), encoding="utf-8")
        put_in_place(aside, place)
        return replace(install, bin_dir=place / bin_dir)
    finally:
        with signals_held():
            remove_tree(aside)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What lies below `old`, the closest folder above all parts, keeps its place below `new`."""

    old: Path
    new: Path
    found: Layout

    @classmethod
    def of(cls, install: Install, new: Path) -> _Plan:
        found = layout(install, ask=True)
        parts = (install.bin_dir, found.share, found.modules, *_bundled(install))
        return cls(Path(os.path.commonpath(parts)), new, found)

    def moved(self, path: Path) -> Path:
        return self.new / path.relative_to(self.old)

    def fill(self, install: Install, extra: Sequence[Path], put: _Place) -> None:
        new_bin = self.moved(install.bin_dir)
        new_bin.mkdir(parents=True, exist_ok=True)
        for name in filter(install.has, _TOOLS):
            place = _copy_open if name in _COPIED else put
            place(install.tool(name), new_bin / name)
        for folder in (self._libraries(install), *_bundled(install)):
            self.moved(folder).parent.mkdir(parents=True, exist_ok=True)
            put(folder, self.moved(folder))
        self._share(extra, put)

    def _libraries(self, install: Install) -> Path:
        """The modules, with the libraries the programs may need when those lie just above."""
        folder = install.bin_dir.parent / "lib"
        return folder if folder in self.found.modules.parents else self.found.modules

    def _share(self, extra: Sequence[Path], put: _Place) -> None:
        new_share = self.moved(self.found.share)
        (new_share / "extension").mkdir(parents=True)
        for path in self.found.share.iterdir():
            if path.name not in ("extension", "doc", "man", "locale"):
                put(path, new_share / path.name)
        for path in self.found.extensions.iterdir():
            put(path, new_share / "extension" / path.name)
        for path in extra:
            _copy_open(path, new_share / "extension" / path.name)


def _link(source: Path, target: Path) -> None:
    target.symlink_to(source)


def _copy_open(source: Path, target: Path) -> None:
    """A copy that every user can read. Times are kept: they tell one build from another."""
    if source.is_dir():
        target.mkdir()
        for entry in source.iterdir():
            _copy_open(entry, target / entry.name)
    elif source.is_file() and source.suffix not in _NOT_COPIED:
        shutil.copy2(source, target)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _open_folders(tree: Path) -> None:
    """Whatever the umask is, every user may enter."""
    for folder, _, _ in os.walk(tree):
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - readable is the purpose


def _check(moved: Install, share: Path) -> None:
    """initdb says where it looks; a build with absolute paths would go on using the original."""
    account = server_account()
    done = subprocess.run(
        [moved.tool("initdb"), "--show", "-D", "/nonexistent"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=clean_environment(moved.bin_dir / "initdb"),
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=() if account else None,
    )
    said = os.fsdecode(done.stdout).splitlines()
    if f"share_path={share}" not in said:
        reason = next((line for line in said if "share_path" in line or "error" in line), said)
        raise ServerUnavailable(
            f"{moved} cannot be moved to where the server's account can run it: {reason}",
            code="install_not_relocatable",
            hint="Install PostgreSQL where every user can read it, or run trueup as that user.",
        )
