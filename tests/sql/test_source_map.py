from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.sql.source_map import SourceMap

TEXT = st.text(st.sampled_from("ab\n\r\t é😀"), max_size=40)


@given(TEXT, st.data())
def test_a_place_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    places = SourceMap(text)
    offset = data.draw(st.integers(0, len(text)))
    line, column = places.place(offset)
    assert places.offset(line, column) == offset
    before = text[:offset]
    assert (line, column) == (before.count("\n") + 1, len(before.rsplit("\n", 1)[-1]) + 1)


@given(TEXT)
def test_windows_line_ends_do_not_move_lines(text: str) -> None:
    unix = text.replace("\r", "")
    windows = unix.replace("\n", "\r\n")
    for offset, character in enumerate(windows):
        if character not in "\r\n":
            there = offset - windows[:offset].count("\r")
            assert SourceMap(windows).place(offset) == SourceMap(unix).place(there)


def test_an_offset_outside_is_the_nearest_end() -> None:
    assert SourceMap("a\nb").place(-5) == (1, 1)
    assert SourceMap("a\nb").place(99) == (2, 2)
    assert str(SourceMap("a\nb").locate("f.sql", 2)) == "f.sql:2:1"


@pytest.mark.parametrize("line", [0, 3])
def test_a_line_that_is_not_there_is_an_index_error(line: int) -> None:
    with pytest.raises(IndexError):
        SourceMap("a\nb").offset(line)
