"""`new`: the next migration file."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trueup.config import Settings, load_settings
from trueup.errors import UsageError, ValidationFailed
from trueup.folder.atomic import WriteFailed
from trueup.folder.migrations import read_folder
from trueup.ops.new import new

NOW = datetime(2025, 1, 27, 9, 30, 45, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / ".git").mkdir()
    return load_settings(tmp_path)


def listing(settings: Settings) -> list[str]:
    return sorted(file.name for file in settings.migrations_dir.iterdir())


def test_the_first_migration_makes_the_folder(settings: Settings) -> None:
    made = new(settings, "Add customer-Segments!", NOW)
    assert made.shown == "supabase/migrations/20250127093045_add_customer_segments.sql"
    assert made.version == "20250127093045"
    assert made.path.read_text().startswith("-- Add customer-Segments!\n")
    assert listing(settings) == [made.path.name]


def test_a_new_file_gives_no_complaint_but_that_nothing_is_in_it(settings: Settings) -> None:
    new(settings, "add x", NOW)
    folder = read_folder(settings.migrations_dir, settings.root)
    assert [f.code for f in folder.findings] == ["migration_only_comments"]


def test_the_version_is_later_than_every_file_and_every_history_row(settings: Settings) -> None:
    assert new(settings, "a", NOW).version == "20250127093045"
    assert new(settings, "b", NOW).version == "20250127093046"
    made = new(settings, "c", NOW, known_versions=["20301231235959", "20200101000000"])
    assert made.version == "20310101000000"
    assert new(settings, "d", NOW).version == "20310101000001"


def test_files_that_cannot_be_read_still_count(settings: Settings) -> None:
    settings.migrations_dir.mkdir(parents=True)
    (settings.migrations_dir / "20260101000000_dangling.sql").symlink_to("nowhere")
    assert new(settings, "a", NOW).version == "20260101000001"


def test_a_name_with_a_line_break_cannot_smuggle_in_a_statement(settings: Settings) -> None:
    made = new(settings, "add x\nDROP TABLE t;\r\n\u2028DROP", NOW)
    lines = made.path.read_text().splitlines()
    assert all(line.startswith("--") or not line for line in lines)


@pytest.mark.parametrize("name", ["", "!!!", "x" * 300])
def test_a_name_of_nothing_is_refused_and_makes_nothing(settings: Settings, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        new(settings, name, NOW)
    assert refused.value.code == "migration_name_refused"
    assert not settings.migrations_dir.exists()


def test_a_folder_where_no_later_version_exists_says_so(settings: Settings) -> None:
    settings.migrations_dir.mkdir(parents=True)
    (settings.migrations_dir / "9_a.sql").write_text("select 1;")
    with pytest.raises(ValidationFailed) as refused:
        new(settings, "b", NOW)
    assert refused.value.code == "no_later_version"
    assert listing(settings) == ["9_a.sql"]


def test_a_file_in_the_way_of_the_folder_is_explained(settings: Settings) -> None:
    (settings.root / "supabase").write_text("")
    with pytest.raises(WriteFailed, match="migrations folder"):
        new(settings, "a", NOW)


RACER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from trueup.config import load_settings
from trueup.ops.new import new
settings = load_settings(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for turn in range(5):
    new(settings, f"by {sys.argv[2]} {turn}", datetime(2025, 1, 27, 9, 30, 45, tzinfo=UTC))
"""


def test_many_at_once_get_different_versions(settings: Settings) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(settings.root), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == b"ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write(b"\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate(timeout=60)
        assert racer.returncode == 0
    versions = [name[:14] for name in listing(settings)]
    assert versions == [
        f"202501270930{45 + n}" if n < 15 else f"202501270931{n - 15:02}" for n in range(20)
    ]
