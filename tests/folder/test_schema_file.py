"""schema.sql as it lies on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trueup.folder.schema_file import SchemaFile, read_schema_file
from trueup.model.schema_marks import FOOTER, HEADER

WHOLE = f"{HEADER}\n\nCREATE TABLE t (id integer);\n\n{FOOTER}\n"


def read(root: Path, content: str | bytes | None = None) -> SchemaFile:
    if content is not None:
        data = content.encode() if isinstance(content, str) else content
        (root / "schema.sql").write_bytes(data)
    return read_schema_file(root / "schema.sql", root)


def codes(file: SchemaFile) -> list[str]:
    return [f.code for f in file.findings]


def test_a_whole_file_of_ours_has_no_finding(tmp_path: Path) -> None:
    file = read(tmp_path, WHOLE)
    assert (file.path, file.text, file.findings, file.is_ours) == ("schema.sql", WHOLE, (), True)


def test_a_missing_file_says_what_writes_it(tmp_path: Path) -> None:
    file = read(tmp_path)
    assert (file.text, codes(file)) == (None, ["schema_file_missing"])
    assert "trueup dump" in file.findings[0].hint


@pytest.mark.parametrize("content", ["", "\n \t\n"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str) -> None:
    file = read(tmp_path, content)
    assert (file.text, codes(file)) == (None, ["schema_file_empty"])


@pytest.mark.parametrize("kept", [len(HEADER), len(HEADER) + 20, len(WHOLE) - 3])
def test_a_file_cut_off_anywhere_is_an_error(tmp_path: Path, kept: int) -> None:
    file = read(tmp_path, WHOLE[:kept])
    assert codes(file) == ["schema_file_truncated"]
    assert file.findings[0].is_error


def test_conflict_markers_are_found_with_their_line(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEADER}\n\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n{FOOTER}\n")
    assert (file.text, codes(file)) == (None, ["schema_file_conflict"])
    assert str(file.findings[0].location) == "schema.sql:3:1"


def test_a_line_of_equals_signs_alone_is_no_conflict(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\n-- x\n=======\n{FOOTER}\n").findings == ()


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    file = read(tmp_path, HEADER.encode() + b"\n-- caf\xe9\n")
    assert (file.text, codes(file)) == (None, ["schema_file_not_utf8"])


def test_a_nul_is_an_error(tmp_path: Path) -> None:
    file = read(tmp_path, WHOLE.replace("t (", "t\0("))
    assert (file.text, codes(file)) == (None, ["schema_file_nul"])


def test_crlf_and_a_byte_order_mark_are_mentioned_and_left_out(tmp_path: Path) -> None:
    file = read(tmp_path, b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert (file.text, codes(file)) == (WHOLE, ["schema_file_bom", "schema_file_crlf"])


def test_somebody_elses_file_is_a_warning_and_loaded(tmp_path: Path) -> None:
    file = read(tmp_path, "CREATE TABLE t (id integer);\n")
    assert (codes(file), file.text) == (
        ["schema_file_foreign"],
        "CREATE TABLE t (id integer);\n",
    )
    assert not file.findings[0].is_error
    assert not file.is_ours


def test_a_directory_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").mkdir()
    assert codes(read(tmp_path)) == ["schema_file_is_directory"]


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "schema.sql")
    assert codes(read(tmp_path)) == ["schema_file_not_a_file"]


def test_links_are_followed_inside_the_project_only(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "real.sql").write_text(WHOLE)
    (root / "schema.sql").symlink_to("real.sql")
    assert read(root).findings == ()
    (root / "schema.sql").unlink()
    (tmp_path / "outside.sql").write_text(WHOLE)
    (root / "schema.sql").symlink_to("../outside.sql")
    assert codes(read(root)) == ["schema_file_symlink_outside"]
    (tmp_path / "outside.sql").unlink()
    (root / "schema.sql").unlink()
    (root / "schema.sql").symlink_to("nothing.sql")
    assert codes(read(root)) == ["schema_file_symlink_dangling"]
