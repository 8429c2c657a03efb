"""Every fact has a source: SOURCES.md names each file of the platform and each stand-in."""

from __future__ import annotations

import re
from pathlib import Path

import trueup.shadow.platform
from trueup.platform import SUPABASE
from trueup.shadow.platform import platform_scripts, standin_files, standins

DATA = Path(trueup.shadow.platform.__file__).parent / "supabase"
ROWS = re.findall(
    r"^\| ([^|]+) \|", (DATA / "SOURCES.md").read_text(encoding="utf-8"), re.MULTILINE
)
NAMED = {name.strip() for row in ROWS for name in row.split(",")}


def test_every_file_and_every_stand_in_names_its_sources() -> None:
    files = {path.name for path in DATA.glob("*.sql")}
    assert files | set(standins()) <= NAMED
    for path in DATA.glob("*.sql"):
        assert f'SOURCES.md, "{path.name}"' in path.read_text(encoding="utf-8").replace(
            "\n-- ", " "
        )


def test_every_file_is_loaded_somewhere_and_nothing_else_lies_there() -> None:
    loaded = {
        label.removeprefix("supabase/")
        for major in (15, 17)
        for exposed in (True, False)
        for label, _ in platform_scripts(SUPABASE, major, auto_expose_new_tables=exposed)
    }
    assert loaded == {path.name for path in DATA.glob("*.sql")}
    assert {path.name for path in standin_files(SUPABASE)} == {
        path.name for path in (DATA / "extensions").iterdir()
    }


def test_a_stand_ins_script_is_there_in_the_version_it_names() -> None:
    for standin in standins().values():
        assert standin.script.is_file(), standin
        assert standin.comment, standin
