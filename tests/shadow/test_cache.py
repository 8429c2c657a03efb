"""What is remembered is believed only as it was written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import projects
from trueup.folder.seals import known_schemas, seal
from trueup.shadow.cache import Cache

VALUE = {"schema": [["TABLE", "CREATE TABLE t (id integer);"]], "notes": []}


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_result_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store_result("k", VALUE)
    assert cache.result("k") == VALUE
    assert Cache(tmp_path, enabled=False).result("k") is None


def test_any_flipped_bit_is_a_miss(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store_result("k", VALUE)
    path = tmp_path / "results" / "k.json"
    whole = path.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
            assert cache.result("k") is None, (at, bit)
    cache.store_result("k", VALUE)
    assert cache.result("k") == VALUE


@pytest.mark.parametrize("cut", [0, 1, 64, 65, 66, -1])
def test_an_entry_that_is_cut_off_is_a_miss(tmp_path: Path, cut: int) -> None:
    cache = Cache(tmp_path)
    cache.store_result("k", VALUE)
    path = tmp_path / "results" / "k.json"
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.result("k") is None


def test_an_entry_under_another_key_or_of_an_older_version_is_a_miss(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store_result("k", VALUE)
    shutil.copy(tmp_path / "results" / "k.json", tmp_path / "results" / "other.json")
    assert cache.result("other") is None
    (tmp_path / "results" / "old.json").write_text('{"key": "old", "schema": [], "notes": []}')
    assert cache.result("old") is None


def test_a_flipped_bit_never_reaches_schema_sql(tmp_path: Path, own_cache: Path) -> None:
    project = projects.make(tmp_path / "project", None)
    project.migration("CREATE TABLE t (id integer);")
    assert project.run("dump").status == 0
    right = project.schema_file.read_text()
    for entry in (own_cache / "results").glob("*.json"):
        entry.write_bytes(entry.read_bytes().replace(b"integer", b"intdger"))
    project.schema_file.unlink()
    assert project.run("dump").status == 0
    assert project.schema_file.read_text() == right
    assert project.run("check").json["in_sync"] is True


@pytest.mark.usefixtures("own_cache")
def test_a_seal_with_a_flipped_bit_claims_nothing(own_cache: Path) -> None:
    seal("key", "a" * 40)
    seal("key", "b" * 40)
    assert known_schemas("key") == ["a" * 40, "b" * 40]
    path = own_cache / "seals" / "key"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert known_schemas("key") == []
    seal("key", "c" * 40)
    assert known_schemas("key") == ["c" * 40]
