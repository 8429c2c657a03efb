"""The migrations folder on disk."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from folder.conftest import Project, unprivileged
from trueup.folder.migrations import Folder, read_folder
from trueup.folder.reading import LARGEST
from trueup.model.finding import Finding, Severity

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FIRST, SECOND = "20250101000000_a.sql", "20250102000000_b.sql"


def read(project: Project) -> Folder:
    return read_folder(project.folder, project.root, now=NOW)


def only(folder: Folder) -> Finding:
    (found,) = folder.findings
    return found


def names(folder: Folder) -> list[str]:
    return [m.file_name for m in folder.migrations]


def test_good_files_are_read_in_order_and_nothing_is_said(project: Project) -> None:
    project.write(SECOND, "select 2;\n")
    project.write(FIRST, "select 'ä';\n")
    folder = read(project)
    assert folder.findings == ()
    assert [(m.version, m.name, m.path) for m in folder.migrations] == [
        ("20250101000000", "a", f"supabase/migrations/{FIRST}"),
        ("20250102000000", "b", f"supabase/migrations/{SECOND}"),
    ]
    assert folder.migrations[0].sql == "select 'ä';\n"
    assert folder.migrations[1].checksum == hashlib.sha256(b"select 2;\n").hexdigest()
    assert folder.versions == ("20250101000000", "20250102000000")


def test_other_files_dotfiles_and_subfolders_are_left_alone(project: Project) -> None:
    project.write(FIRST)
    for name in ("README.md", "atlas.sum", ".hidden.sql", ".#20250101000000_a.sql", "x.sql.bak"):
        project.write(name)
    (project.folder / "archived").mkdir()
    (project.folder / "archived" / "20240101000000_old.sql").write_text("select 1;")
    (project.folder / "meta.sql").mkdir()
    folder = read(project)
    assert (names(folder), folder.findings) == ([FIRST], ())


def test_the_folder_may_be_the_project_itself(tmp_path: Path) -> None:
    (tmp_path / FIRST).write_text("select 1;")
    folder = read_folder(tmp_path, tmp_path, now=NOW)
    assert [m.path for m in folder.migrations] == [FIRST]


@pytest.mark.parametrize("name", ["seed.sql", "20250101000000.sql", "UP.SQL", "20250101_x.SQL"])
def test_an_sql_file_that_is_no_migration_is_reported_and_not_replayed(
    project: Project, name: str
) -> None:
    project.write(FIRST)
    project.write(name)
    folder = read(project)
    assert names(folder) == [FIRST]
    assert only(folder).code == "migration_ignored"
    assert only(folder).severity is Severity.WARNING
    assert str(only(folder).location) == f"supabase/migrations/{name}"


def test_a_badly_named_file_is_reported_and_replayed(project: Project) -> None:
    project.write("20250101000000_Add-It.sql")
    folder = read(project)
    assert names(folder) == ["20250101000000_Add-It.sql"]
    assert (only(folder).code, only(folder).severity) == ("migration_name_bad", Severity.WARNING)


def test_an_impossible_date_is_reported_and_replayed(project: Project) -> None:
    project.write("20250230000000_a.sql")
    folder = read(project)
    assert (names(folder), only(folder).code) == (
        ["20250230000000_a.sql"],
        "migration_date_impossible",
    )


def test_a_version_from_the_future_is_reported(project: Project) -> None:
    project.write("20250601000400_within_tolerance.sql")
    project.write("20250601000600_a.sql")
    found = only(read(project))
    assert (found.code, found.severity) == ("migration_in_future", Severity.WARNING)
    assert found.message == (
        "version 20250601000600 lies in the future; it is now 20250601000000 (UTC)"
    )


def test_the_clock_is_used_where_no_time_is_given(project: Project) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    project.write(f"{later:%Y%m%d%H%M%S}_a.sql")
    assert only(read_folder(project.folder, project.root)).code == "migration_in_future"


def test_a_version_used_twice_is_an_error_and_both_files_keep_their_place(
    project: Project,
) -> None:
    project.write("20250101000000_b.sql")
    project.write(FIRST)
    folder = read(project)
    assert names(folder) == [FIRST, "20250101000000_b.sql"]
    assert only(folder).code == "migration_duplicate_version"
    assert only(folder).is_error
    assert "20250101000000_a.sql, 20250101000000_b.sql" in only(folder).message
    assert folder.blocking == ()


def test_versions_of_mixed_width_say_both_orders_where_they_differ(project: Project) -> None:
    for name in ("1_a.sql", "2_b.sql", "10_c.sql"):
        project.write(name)
    folder = read(project)
    assert names(folder) == ["10_c.sql", "1_a.sql", "2_b.sql"]
    (found,) = [f for f in folder.findings if f.code == "migration_mixed_width"]
    assert found.severity is Severity.WARNING
    assert "Supabase CLI: 10_c.sql, 1_a.sql, 2_b.sql;" in found.message
    assert "by number it would be 1_a.sql, 2_b.sql, 10_c.sql" in found.message


def test_only_the_stretch_that_differs_is_shown(project: Project) -> None:
    for number in ("01", "02", "03", *(str(n) for n in range(10, 30)), "100"):
        project.write(f"{number}_x.sql")
    (found,) = [f for f in read(project).findings if f.code == "migration_mixed_width"]
    assert "Supabase CLI: …, 100_x.sql, 10_x.sql, 11_x.sql, 12_x.sql, 13_x.sql, …;" in found.message
    assert found.message.endswith(
        "by number it would be …, 10_x.sql, 11_x.sql, 12_x.sql, 13_x.sql, 14_x.sql, …"
    )


def test_versions_of_mixed_width_in_one_order_are_fine(project: Project) -> None:
    project.write("20240101_a.sql")
    project.write(FIRST)
    assert [f.code for f in read(project).findings] == ["migration_name_bad"]


def test_the_order_is_that_of_bytes(project: Project) -> None:
    for name in ("20250101000000_é.sql", "20250101000000_z.sql", "20250101000000_Z.sql"):
        project.write(name)
    assert names(read(project)) == [
        "20250101000000_Z.sql",
        "20250101000000_z.sql",
        "20250101000000_é.sql",
    ]


def test_names_that_differ_in_letter_case_are_reported(project: Project) -> None:
    project.write("20250101000000_a.sql")
    project.write("20250101000000_A.sql")
    assert "migration_case_collision" in [f.code for f in read(project).findings]


@pytest.mark.parametrize("content", ["", " \n\t\n"])
def test_an_empty_file_is_reported_and_replayed(project: Project, content: str) -> None:
    project.write(FIRST, content)
    folder = read(project)
    assert (names(folder), only(folder).code) == ([FIRST], "migration_empty")


def test_a_file_of_comments_is_mentioned(project: Project) -> None:
    project.write(FIRST, "-- nothing /* yet\n/* select 1; */\n")
    assert (only(read(project)).code, only(read(project)).severity) == (
        "migration_only_comments",
        Severity.INFO,
    )


def test_a_byte_order_mark_is_mentioned_and_does_not_run(project: Project) -> None:
    project.write(FIRST, b"\xef\xbb\xbfselect 1;")
    folder = read(project)
    assert (only(folder).code, folder.migrations[0].sql) == ("migration_bom", "select 1;")


def test_crlf_is_mentioned_and_does_not_change_the_checksum(project: Project) -> None:
    project.write(FIRST, "select 1;\r\n")
    folder = read(project)
    assert only(folder).code == "migration_crlf"
    assert folder.migrations[0].checksum == hashlib.sha256(b"select 1;\n").hexdigest()


def test_a_file_that_is_not_utf8_blocks_and_names_its_line(project: Project) -> None:
    project.write(FIRST, "select 1;\n-- Größe\n".encode("latin-1"))
    project.write(SECOND)
    folder = read(project)
    assert (names(folder), folder.blocking) == ([SECOND], folder.findings)
    assert only(folder).code == "migration_not_utf8"
    assert str(only(folder).location) == f"supabase/migrations/{FIRST}:2:6"
    assert "0xf6 in line 2" in only(folder).message


def test_a_nul_byte_blocks_and_names_its_line(project: Project) -> None:
    project.write(FIRST, b"select 1;\nselect\0 2;\n")
    folder = read(project)
    assert (only(folder).code, folder.blocking) == ("migration_nul", folder.findings)
    assert str(only(folder).location) == f"supabase/migrations/{FIRST}:2:7"


def test_conflict_markers_are_an_error(project: Project) -> None:
    project.write(FIRST, "select 1;\n<<<<<<< HEAD\nselect 2;\n=======\n>>>>>>> main\n")
    assert (only(read(project)).code, str(only(read(project)).location)) == (
        "migration_conflict",
        f"supabase/migrations/{FIRST}:2:1",
    )


def test_a_directory_named_like_a_migration_is_an_error(project: Project) -> None:
    project.write(SECOND)
    (project.folder / FIRST).mkdir()
    folder = read(project)
    assert (names(folder), only(folder).code) == ([SECOND], "migration_is_directory")
    assert only(folder).is_error


def test_a_fifo_is_refused_without_waiting_for_a_writer(project: Project) -> None:
    os.mkfifo(project.folder / FIRST)
    folder = read(project)
    assert (only(folder).code, folder.blocking) == ("migration_not_a_file", folder.findings)


def test_a_link_inside_the_project_is_read_and_mentioned(project: Project) -> None:
    target = project.root / "shared.sql"
    target.write_text("select 'shared';")
    (project.folder / FIRST).symlink_to("../../shared.sql")
    folder = read(project)
    assert folder.migrations[0].sql == "select 'shared';"
    assert (only(folder).code, only(folder).severity) == ("migration_symlink", Severity.INFO)
    assert "link to shared.sql" in only(folder).message


def test_a_link_out_of_the_project_is_not_read(project: Project, tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("select 1;")
    (project.folder / FIRST).symlink_to(tmp_path / "secret.sql")
    folder = read(project)
    assert (folder.migrations, only(folder).code) == ((), "migration_symlink_outside")
    assert folder.blocking == folder.findings


@pytest.mark.parametrize("target", ["nowhere.sql", FIRST])
def test_a_link_to_nothing_or_to_itself_blocks(project: Project, target: str) -> None:
    (project.folder / FIRST).symlink_to(target)
    folder = read(project)
    assert folder.blocking == folder.findings
    assert only(folder).code == "migration_symlink_dangling"


def test_an_unreadable_file_blocks(project: Project) -> None:
    project.write(FIRST).chmod(0o000)
    open_to_all(project.root)
    with unprivileged():
        folder = read(project)
    assert (only(folder).code, folder.blocking) == ("migration_unreadable", folder.findings)
    assert "permission denied" in only(folder).message


def open_to_all(directory: Path) -> None:
    """Lets an unprivileged user reach the directory (pytest makes its own ones private)."""
    for parent in (directory, *directory.parents[:4]):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | 0o055)


def test_a_huge_file_is_refused_unread(project: Project) -> None:
    with (project.folder / FIRST).open("wb") as huge:
        huge.truncate(LARGEST + 1)
    folder = read(project)
    assert (only(folder).code, folder.blocking) == ("migration_too_large", folder.findings)


def test_a_name_that_is_not_utf8_blocks_and_can_be_printed(project: Project) -> None:
    raw = os.fsencode(project.folder) + b"/20250101000000_caf\xe9.sql"
    Path(os.fsdecode(raw)).write_text("select 1;")
    folder = read(project)
    assert [f.code for f in folder.blocking] == ["migration_name_not_utf8"]
    assert "caf\\udce9" in folder.blocking[0].message.encode("utf-8").decode()


def test_a_version_too_long_for_the_history_is_an_error(project: Project) -> None:
    project.write(f"{'2' * 21}_a.sql")
    errors = [f.code for f in read(project).findings if f.is_error]
    assert errors == ["migration_version_too_long"]


def test_an_empty_folder_is_reported(project: Project) -> None:
    assert (only(read(project)).code, read(project).blocking) == ("migrations_folder_empty", ())


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    folder = read_folder(tmp_path / "supabase" / "migrations", tmp_path)
    assert (only(folder).code, folder.blocking) == ("migrations_folder_missing", folder.findings)
    assert "trueup init" in only(folder).hint


def test_a_missing_folder_names_one_that_is_nearby(tmp_path: Path) -> None:
    elsewhere = tmp_path / "packages" / "db" / "migrations"
    elsewhere.mkdir(parents=True)
    (elsewhere / FIRST).write_text("select 1;")
    found = only(read_folder(tmp_path / "supabase" / "migrations", tmp_path))
    assert "packages/db/migrations holds migrations" in found.hint


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "migrations").write_text("")
    found = only(read_folder(tmp_path / "migrations", tmp_path))
    assert (found.code, "not a directory" in found.message) == (
        "migrations_folder_unreadable",
        True,
    )


def test_a_folder_that_leads_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "project"
    root.mkdir()
    (root / "migrations").symlink_to(tmp_path / "elsewhere")
    found = only(read_folder(root / "migrations", root))
    assert found.code == "migrations_folder_outside"


def test_a_project_reached_through_a_link_is_inside_itself(project: Project) -> None:
    project.write(FIRST)
    link = project.root.parent / "link"
    link.symlink_to(project.root)
    folder = read_folder(link / "supabase" / "migrations", link, now=NOW)
    assert [m.path for m in folder.migrations] == [f"supabase/migrations/{FIRST}"]


def test_five_hundred_files_take_little_time(project: Project) -> None:
    for number in range(500):
        project.write(
            f"2024{number // 28 % 12 + 1:02}{number % 28 + 1:02}{number // 336:02}0000_x.sql"
        )
    spent = []
    for _ in range(5):
        start = time.process_time()
        folder = read(project)
        spent.append(time.process_time() - start)
    assert len(folder.migrations) == 500
    assert min(spent) < 0.05
