"""The pure rules of migration file names."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trueup.folder.names import (
    Name,
    RefusedNameError,
    check_name,
    is_real_time,
    next_version,
    parse_name,
    shown,
    slug,
)

NOW = datetime(2025, 1, 27, 9, 30, 45, tzinfo=UTC)
CONTRACT = re.compile(r"[0-9]{14}_[a-z0-9_]+\.sql")
SUPABASE = re.compile(r"([0-9]+)_(.*)\.sql")


def codes(file_name: str) -> list[str]:
    return [problem.code for problem in check_name(file_name)]


def test_loading_the_module_loads_no_other_module() -> None:
    script = (
        "import sys; before = set(sys.modules); import trueup.folder.names;"
        " print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    ours = {"__future__", "trueup", "trueup.folder", "trueup.folder.names"}
    assert set(done.stdout.split()) <= ours


@pytest.mark.parametrize(
    ("file_name", "parts"),
    [
        ("20250127093045_add_segments.sql", Name("20250127093045", "add_segments")),
        ("001_a_b.sql", Name("001", "a_b")),
        ("1_.sql", Name("1", "")),
        ("20250101_x.down.sql", Name("20250101", "x.down")),
        ("x_1.sql", None),
        ("20250127093045.sql", None),
        ("20250127093045-add.sql", None),
        ("_a.sql", None),
        ("1_a.SQL", None),
        ("1_a.sql.bak", None),
        ("١_a.sql", None),
        ("²_a.sql", None),
        ("1_a\nb.sql", None),
    ],
)
def test_a_name_is_taken_apart_at_the_first_underscore(file_name: str, parts: Name | None) -> None:
    assert parse_name(file_name) == parts


@given(st.from_regex(SUPABASE, fullmatch=True) | st.text(max_size=30))
def test_what_counts_as_a_migration_is_what_the_supabase_cli_takes(file_name: str) -> None:
    match = SUPABASE.fullmatch(file_name)
    ascii_digits = match is not None and match[1].isascii()
    assert (parse_name(file_name) is not None) == ascii_digits


@given(st.from_regex(CONTRACT, fullmatch=True) | st.from_regex(SUPABASE, fullmatch=True))
def test_a_name_is_good_exactly_when_it_matches_the_contract(file_name: str) -> None:
    good = CONTRACT.fullmatch(file_name) is not None
    assert good == ("migration_name_bad" not in codes(file_name)) or not file_name.isascii()


def test_a_good_name_has_no_problem() -> None:
    assert check_name("20250127093045_add_customer_segments_2.sql") == []


@pytest.mark.parametrize(
    ("file_name", "said"),
    [
        ("001_a.sql", "3 digits, not 14"),
        ("1_a.sql", "1 digit, not 14"),
        ("20250127093045_add-it.sql", "has - where only"),
        ("20250127093045_AddIt.sql", "has A I where only"),
        ("20250127093045_.sql", "nothing stands between"),
    ],
)
def test_a_bad_name_says_what_is_wrong_with_it(file_name: str, said: str) -> None:
    (problem,) = check_name(file_name)
    assert problem.code == "migration_name_bad"
    assert said in problem.message


def test_an_sql_file_without_version_is_named_as_not_replayed() -> None:
    assert codes("seed.sql") == ["migration_ignored"]


def test_a_version_longer_than_the_history_column_is_refused() -> None:
    assert codes(f"{'1' * 20}_a.sql") == ["migration_name_bad"]
    assert codes(f"{'1' * 21}_a.sql") == ["migration_name_bad", "migration_version_too_long"]


@pytest.mark.parametrize(
    ("version", "real"),
    [
        ("20250127093045", True),
        ("20240229000000", True),
        ("20000229235959", True),
        ("20250229000000", False),
        ("19000229000000", False),
        ("20251301000000", False),
        ("20250001000000", False),
        ("20250100000000", False),
        ("20250431000000", False),
        ("20250101240000", False),
        ("20250101006000", False),
        ("20250101000060", False),
        ("00000101000000", False),
        ("2025010100000", False),
        ("2025010100000x", False),
    ],
)
def test_fourteen_digits_are_a_time_only_where_the_calendar_has_it(
    version: str, real: bool
) -> None:
    assert is_real_time(version) is real
    if version.isdigit() and len(version) == 14:
        assert (codes(f"{version}_a.sql") == []) is real


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))
def test_every_time_that_exists_is_real(moment: datetime) -> None:
    assert is_real_time(f"{moment.year:04}{moment:%m%d%H%M%S}")


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_no_time_is_real_that_the_calendar_refuses(digits: str) -> None:
    parts = [int(digits[:4]), *(int(digits[i : i + 2]) for i in range(4, 14, 2))]
    try:
        datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        assert not is_real_time(digits)
    else:
        assert is_real_time(digits)


def test_the_next_version_of_an_empty_folder_is_now_in_utc() -> None:
    assert next_version([], NOW) == "20250127093045"
    there = NOW.astimezone(timezone(timedelta(hours=14)))
    assert next_version([], there) == "20250127093045"


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("20250127093044", "20250127093045"),
        ("20250127093045", "20250127093046"),
        ("20991231235959", "21000101000000"),
        ("20280228235959", "20280229000000"),
        ("20251399000000", "20260101000000"),
        ("20990230000000", "20990301000000"),
        ("20990001000000", "20990101000000"),
        ("20990100000000", "20990101000000"),
        ("20990228256161", "20990301000000"),
        ("001", "20250127093045"),
        ("20250127", "20250128000000"),
        ("20990101000000123", "20990101000001"),
        ("baseline", "20250127093045"),
        ("", "20250127093045"),
    ],
)
def test_the_next_version_is_a_real_time_after_the_latest(existing: str, expected: str) -> None:
    assert next_version([existing, "20240101000000"], NOW) == expected


@given(st.lists(st.from_regex(r"[0-9]{1,20}", fullmatch=True), max_size=5))
@example(["99991231235958"])
@example(["2025"])
def test_a_new_file_sorts_after_every_other_whatever_they_are_called(versions: list[str]) -> None:
    try:
        version = next_version(versions, NOW)
    except RefusedNameError:
        assert max(v[:14].ljust(14, "9") for v in versions) >= "99991231235959"
        return
    assert is_real_time(version)
    assert all(f"{v}_a.sql" < f"{version}_a.sql" for v in versions)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Add customer-Segments!", "add_customer_segments"),
        ("  add__x  ", "add_x"),
        ("add_x.sql", "add_x"),
        ("Größe für Café", "grosse_fur_cafe"),
        ("v2: drop/move", "v2_drop_move"),
        ("../../etc/passwd", "etc_passwd"),
    ],
)
def test_a_description_becomes_a_file_name(text: str, name: str) -> None:
    assert slug(text) == name


@pytest.mark.parametrize("text", ["", "   ", "!!!", "日本語", ".sql", "x" * 201])
def test_a_description_without_a_usable_name_is_refused(text: str) -> None:
    with pytest.raises(RefusedNameError):
        slug(text)


@given(st.text(max_size=80))
def test_every_name_made_matches_the_contract(text: str) -> None:
    try:
        name = slug(text)
    except RefusedNameError:
        return
    assert check_name(f"20250127093045_{name}.sql") == []


@given(st.text())
def test_a_shown_name_never_carries_control_characters(text: str) -> None:
    assert shown(text).isprintable()


def test_a_name_that_is_not_utf8_can_be_shown() -> None:
    assert shown("caf\udce9") == "caf\\udce9"
