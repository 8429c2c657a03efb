from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres.places_for_tests import needs_root, open_folder, without_capability
from trueup.errors import CannotTell, ServerUnavailable
from trueup.postgres.server import places
from trueup.postgres.server.account import can_enter, server_account
from trueup.postgres.server.places import cache_root, runtime_root, shared_cache_root


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with open_folder() as folder:
        monkeypatch.setenv("TRUEUP_RUNTIME_DIR", str(folder))
        yield folder


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _refusal() -> str:
    with pytest.raises(ServerUnavailable) as caught:
        runtime_root()
    assert caught.value.code == "runtime_dir_unusable"
    assert "TRUEUP_RUNTIME_DIR" in caught.value.hint
    return caught.value.message


def test_nobody_else_may_list_or_write_the_runtime_folder(base: Path) -> None:
    before = os.umask(0)
    try:
        root = runtime_root()
    finally:
        os.umask(before)
    assert root == base / f"trueup-{os.geteuid()}"
    assert _mode(root) == (0o711 if os.geteuid() == 0 else 0o700)
    assert runtime_root() == root


def test_a_strict_umask_does_not_lock_the_server_out(base: Path) -> None:
    before = os.umask(0o077)
    try:
        assert can_enter(runtime_root(), server_account())
    finally:
        os.umask(before)


def test_a_link_planted_where_the_runtime_folder_goes_is_refused(
    base: Path, tmp_path: Path
) -> None:
    (base / f"trueup-{os.geteuid()}").symlink_to(tmp_path)
    assert "is not a directory" in _refusal()
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_nowhere_is_refused_too(base: Path, tmp_path: Path) -> None:
    (base / f"trueup-{os.geteuid()}").symlink_to(tmp_path / "later")
    assert "is not a directory" in _refusal()


def test_a_folder_others_can_write_to_is_refused(base: Path) -> None:
    planted = base / f"trueup-{os.geteuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    assert "can be written by other users" in _refusal()


@needs_root
def test_a_folder_of_another_user_is_refused(base: Path) -> None:
    planted = base / "trueup-0"
    planted.mkdir(0o700)
    os.chown(planted, 65534, 65534)
    assert "belongs to another user" in _refusal()


def test_a_path_too_long_for_a_socket_is_refused(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_RUNTIME_DIR", str(base / ("x" * 60)))
    assert "too long for the path of a socket" in _refusal()


@needs_root
def test_a_place_the_server_cannot_enter_is_refused(base: Path) -> None:
    base.chmod(0o700)
    assert "cannot be entered by the server's account" in _refusal()


def test_a_small_memory_disk_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUEUP_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(places, "_MEMORY_NEEDED", 1 << 62)
    assert Path("/dev/shm") not in runtime_root().parents


def test_the_named_cache_folder_is_made_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path / "deep" / "cache"))
    assert cache_root() == tmp_path / "deep" / "cache"
    assert cache_root().is_dir()


def test_a_named_cache_folder_that_is_a_file_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(CannotTell, match="is not a directory") as caught:
        cache_root()
    assert caught.value.code == "cache_dir_unusable"


@needs_root
def test_programs_are_kept_where_the_server_can_enter(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(places, "_SHARED_BASES", (str(tmp_path), str(base)))
    assert not can_enter(tmp_path, server_account())
    assert shared_cache_root() == base / "trueup-shared"
    assert can_enter(shared_cache_root(), server_account())


@needs_root
def test_the_server_runs_as_the_account_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_SERVER_USER", "daemon")
    account = server_account()
    assert account is not None
    assert account.name == "daemon"


@needs_root
@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_an_account_that_cannot_run_a_server_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_SERVER_USER", name)
    with pytest.raises(ServerUnavailable, match=name) as caught:
        server_account()
    assert caught.value.code == "server_user_unusable"


@needs_root
@pytest.mark.parametrize("number", [0, 1, 3, 5, 6, 7])
def test_a_root_that_could_not_end_its_server_starts_none(number: int) -> None:
    assert "root cannot run PostgreSQL" in without_capability(number, _account)


def _account() -> str:
    return str(server_account())
