"""What an interrupted command left, found by others; and commands that are refused or cut off."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import servers
from kills import CACHE, MOMENTS, PLACED, PREPARED, RECORDED, SETTLE, TORN, VERBS, Place, Scene
from tap import When, tapped
from trueup.errors import CannotTell, ConnectionFailed, TrueupError
from trueup.folder.atomic import WriteFailed
from trueup.folder.journal import Entry
from trueup.postgres.server.cluster import Cluster
from trueup.recovery.mark import mark_of
from trueup.workbench.database import open_database

Make = Callable[[str], Place]


@pytest.fixture
def make(pg: Cluster, tmp_path: Path) -> Make:
    """A place just before a verb; of one verb all are copies of one scene."""
    scenes: dict[str, Scene] = {}

    def place(verb: str) -> Place:
        if verb not in scenes:
            scenes[verb] = Scene(VERBS[verb], pg, tmp_path / verb)
        return scenes[verb].place()

    return place


def killed(make: Make, verb: str, moment: str) -> Place:
    place = make(verb)
    assert place.run(MOMENTS[moment])
    assert len(place.entries()) == 1
    return place


def done(make: Make, verb: str) -> Any:
    place = make(verb)
    assert not place.run(lambda *_: False)
    return place.state()


class TestAnotherDatabase:
    """The one of the killed command is meant, and no other."""

    @pytest.mark.parametrize("verb", ["adopt", "squash"])
    def test_says_so_and_leaves_it(self, make: Make, pg: Cluster, verb: str) -> None:
        place = killed(make, verb, RECORDED)
        own, place.files.url = place.files.url, servers.fresh_database(pg)
        before = place.files.files()
        answer = place.next("repair", "--write")
        assert "run `trueup repair --write` with that database" in answer.err
        assert place.files.files() == before
        place.files.url = own
        assert place.next("repair", "--write").status == 0
        assert place.state() == done(make, verb)

    def test_may_finish_what_is_known_to_be_committed(self, make: Make, pg: Cluster) -> None:
        """Files that are half in place are of no use to anybody."""
        place = killed(make, "squash", TORN)
        own, place.files.url = place.files.url, servers.fresh_database(pg)
        assert "is in place now" in place.next("dump").err
        place.files.url = own
        assert place.entries() == []
        assert place.state() == done(make, "squash")

    def test_that_cannot_be_reached_leaves_it(self, make: Make) -> None:
        place = killed(make, "adopt", RECORDED)
        own, place.files.url = place.files.url, "host=/nowhere dbname=x"
        before = place.files.files()
        assert "can't be settled now" in place.next("dump").err
        assert [n for n in place.files.files() if n != "schema.sql"] == [
            n for n in before if n != "schema.sql"
        ]
        place.files.url = own
        assert place.next("repair", "--write").status == 0
        assert place.next("check").codes == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_row_that_was_rolled_back_takes_what_was_prepared_with_it(make: Make, verb: str) -> None:
    place = make(verb)
    before = place.state()
    assert place.run(MOMENTS[PREPARED])
    assert "interrupted_command" in place.next("check").codes
    answer = place.next("repair", "--write")
    assert "what it had prepared is taken away" in answer.err
    assert place.state() == before


@pytest.mark.parametrize("verb", ["adopt", "squash", "rebase", "ledger"])
def test_killed_twice_the_third_command_settles_it(make: Make, verb: str) -> None:
    place = killed(make, verb, RECORDED)
    assert Place(place.files, SETTLE).run(MOMENTS[TORN])
    assert len(place.entries()) == 1
    place.next("repair", "--write")
    assert place.entries() == []
    assert place.state() == done(make, verb)


WRITING = (
    ["apply"],
    ["dump"],
    ["reconcile", "--adopt", "--write"],
    ["reconcile", "--revert", "--apply"],
    ["reconcile", "--regenerate", "--write"],
    ["baseline", "--squash"],
    ["repair", "--write"],
    ["mark-applied", "--unknown", "1=x"],
)
READING = (
    ["check"],
    ["status"],
    ["doctor"],
    ["diff", "migrations", "database"],
    ["dump", "--check"],
    ["apply", "--dry-run"],
    ["reconcile", "--adopt"],
    ["reconcile", "--revert"],
    ["repair"],
    ["repair", "--write-files"],
)


def test_every_verb_that_writes_settles_first(make: Make) -> None:
    for verb in WRITING:
        place = killed(make, "adopt", RECORDED)
        answer = place.next(*verb)
        assert "Traceback" not in answer.err
        assert "is in place now" in answer.err, verb
        assert place.entries() == []


def test_every_verb_that_reads_names_it_and_changes_nothing(make: Make) -> None:
    for moment in (PREPARED, RECORDED, TORN):
        place = killed(make, "squash", moment)
        before = place.everything()
        for verb in READING:
            answer = place.next(*verb)
            assert "interrupted" in answer.out + answer.err, (moment, verb)
            assert "trueup repair --write" in answer.out + answer.err, (moment, verb)
            assert place.everything() == before, (moment, verb)


def test_a_file_that_somebody_put_in_the_way_is_not_lost(make: Make) -> None:
    place = killed(make, "adopt", RECORDED)
    (name,) = Entry.read(entry_of(place).read_bytes()).creates  # type: ignore[union-attr]
    target = place.files.folder / name
    target.write_text("mine")
    answer = place.next("repair", "--write")
    assert answer.codes == ["file_exists"]
    assert target.read_text() == "mine"
    assert len(place.entries()) == 1
    target.unlink()
    assert place.next("repair", "--write").status == 0
    assert place.state() == done(make, "adopt")


def test_old_files_that_a_checkout_brought_back_are_in_one_place_afterwards(make: Make) -> None:
    place = killed(make, "squash", PLACED)
    for old in (place.files.folder / "before_baseline").iterdir():
        (place.files.folder / old.name).write_bytes(old.read_bytes())
    assert place.next("repair", "--write").status == 0
    assert place.state() == done(make, "squash")


def test_a_folder_that_takes_nothing_keeps_the_entry_and_refuses_what_writes(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = killed(make, "adopt", TORN)
    before = place.everything()

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "link", refuse)
    full(monkeypatch, "_adopt_database_changes.sql", ".sql.trueup-00000000")
    monkeypatch.setattr("secrets.token_hex", lambda _: "00000000")
    for verb in (["repair", "--write"], ["apply"]):
        answer = place.next(*verb)
        assert answer.codes == ["write_failed"]
        assert "Traceback" not in answer.err
        assert place.everything() == before
    monkeypatch.undo()
    assert place.next("repair", "--write").status == 0
    assert place.state() == done(make, "adopt")


def test_no_room_for_the_files_themselves_leaves_them_to_the_next_command(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make("adopt")

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr("trueup.recovery.carry.create_exclusive", refuse)
    with pytest.raises(WriteFailed) as caught:
        place.verb.call(place.project())
    assert "applied and recorded, and the next command that writes does the rest" in (
        caught.value.hint
    )
    monkeypatch.undo()
    assert "interrupted_files" in place.next("check").codes
    assert place.next("repair", "--write").status == 0
    assert place.state() == done(make, "adopt")


def entry_of(place: Place) -> Path:
    (name,) = place.entries()
    return place.files.folder / name / "entry.json"


class TestWhatCameWithAClone:
    """An entry is believed as far as it stays in the folder."""

    @pytest.mark.parametrize("name", ["../20990101000000_x.sql", "x.sh", "/20990101000000_x.sql"])
    def test_that_leads_out_of_the_folder_is_not_followed(self, make: Make, name: str) -> None:
        place = killed(make, "adopt", TORN)
        kept = json.loads(entry_of(place).read_text())
        kept["creates"] = [name]
        entry_of(place).write_text(json.dumps(kept))
        before = place.files.files()
        for verb in (["check"], ["repair", "--write"], ["apply"]):
            answer = place.next(*verb)
            assert "can't be read" in answer.out + answer.err
            assert place.files.files() == before

    def test_of_a_later_trueup_is_left_to_it(self, make: Make) -> None:
        place = killed(make, "adopt", TORN)
        kept = json.loads(entry_of(place).read_text())
        entry_of(place).write_text(json.dumps({**kept, "format": 2}))
        assert "interrupted_unreadable" in place.next("status").codes
        place.next("repair", "--write")
        assert len(place.entries()) == 1

    def test_a_link_is_no_entry(self, make: Make, tmp_path: Path) -> None:
        place = killed(make, "adopt", TORN)
        (name,) = place.entries()
        (place.files.folder / name).rename(tmp_path / "elsewhere")
        (place.files.folder / name).symlink_to(tmp_path / "elsewhere")
        assert not {"interrupted_files", "interrupted_command"} & set(place.next("status").codes)


@pytest.mark.parametrize("verb", VERBS)
def test_without_room_for_the_journal_nothing_is_begun(
    make: Make, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make(verb)
    before = place.everything()
    full(monkeypatch, "entry.json~")
    with pytest.raises(CannotTell) as caught:
        place.verb.call(place.project())
    assert caught.value.code == "journal_not_written"
    monkeypatch.undo()
    assert place.everything() == before


def full(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """No space is left for files of these names."""
    usual = os.open

    def no_room(path: Any, *rest: Any, **options: Any) -> int:
        if os.fsdecode(path).endswith(names) if isinstance(path, str | os.PathLike) else False:
            raise OSError(28, "No space left on device")
        return usual(path, *rest, **options)

    monkeypatch.setattr(os, "open", no_room)


@pytest.mark.parametrize("verb", VERBS)
def test_what_the_database_refuses_leaves_nothing(make: Make, verb: str) -> None:
    place = make(verb)
    place.files.execute(
        "CREATE TABLE IF NOT EXISTS _migrations (version varchar(20) PRIMARY KEY, name varchar(255)"
        " NOT NULL, checksum varchar(64), applied_at timestamp NOT NULL, applied_by varchar(255),"
        " execution_time integer, success boolean NOT NULL);"
        "CREATE SCHEMA aside;"
        "CREATE FUNCTION aside.no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'no row today'; END $$;"
        "CREATE CONSTRAINT TRIGGER no AFTER INSERT OR UPDATE ON _migrations"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION aside.no()"
    )
    before = place.everything()
    with pytest.raises(TrueupError, match="no row today"):
        place.verb.call(place.project())
    assert place.everything() == before


@pytest.mark.parametrize("verb", ["adopt", "squash", "rebase", "ledger"])
@pytest.mark.parametrize("reached", [True, False], ids=["committed", "rolled back"])
def test_a_connection_lost_over_the_commit_is_asked_about(
    make: Make, tmp_path: Path, verb: str, reached: bool
) -> None:
    """Cut at the COMMIT, before or after the server has it, with nobody to ask: the next command
    does what the database says."""
    place = make(verb)
    before, after, url = place.state(), done(make, verb), place.files.url
    folder = tmp_path / "tap"
    folder.mkdir()
    when: When = "after" if reached else "before"
    with tapped(url or "", folder, when=when, strike=_cut, due=_from_the_commit_on()) as tap:
        place.files.url = tap.conninfo
        with pytest.raises(ConnectionFailed):
            place.verb.call(place.project())
    place.files.url = url
    assert len(place.entries()) == 1
    assert place.next("repair", "--write").status in (0, 1)
    assert place.entries() == []
    assert place.state() == (after if reached else before)


def _cut(*ends: Any) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(2)


def _from_the_commit_on() -> Callable[[bytes], bool]:
    """Every message from the one that commits what was written to the history."""
    written = over = False

    def due(message: bytes) -> bool:
        nonlocal written, over
        written = written or (b"_migrations" in message and message_writes(message))
        over = over or (written and b"COMMIT" in message)
        return over

    return due


def message_writes(message: bytes) -> bool:
    return any(word in message for word in (b"INSERT INTO", b"UPDATE", b"DELETE FROM"))


class TestOf010:
    """What trueup 0.1.0 left in the cache."""

    FILE = "20260102030405_c.sql"
    SQL = "CREATE TABLE c (id int);\n"

    @pytest.fixture
    def place(self, make: Make) -> Place:
        place = make("apply_new")
        place.files.environ["TRUEUP_CACHE_DIR"] = str(CACHE)
        return place

    def intent(self, place: Place, kept: dict[str, Any], of: Path, prefix: str = "") -> Path:
        name = hashlib.sha256(os.fsencode(of)).hexdigest()[:32]
        path = CACHE / "intents" / f"{prefix}{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept))
        return path

    def of_file(self, place: Place) -> Path:
        with open_database(place.project()) as conn:
            mark = mark_of(conn)
        kept = {
            "path": f"migrations/{self.FILE}",
            "version": self.FILE[:14],
            "content": self.SQL,
            "mark": mark,
        }
        (place.files.folder / self.FILE).write_text(self.SQL)
        return self.intent(place, kept, place.project().settings.migrations_dir, "file-")

    def test_a_new_file_without_a_row_is_named_and_then_taken_away(self, place: Place) -> None:
        path = self.of_file(place)
        before = place.everything()
        assert "interrupted_command" in place.next("check").codes
        assert place.everything() == before and path.exists()
        assert "its file is taken away" in place.next("repair", "--write").err
        assert not (place.files.folder / self.FILE).exists() and not path.exists()

    def test_a_new_file_with_a_row_stays_or_comes_back(self, place: Place) -> None:
        path = self.of_file(place)
        place.files.execute(
            f"INSERT INTO _migrations VALUES ('{self.FILE[:14]}', 'c', NULL, now(), '', 0, true)"
        )
        (place.files.folder / self.FILE).unlink()
        assert "it is back" in place.next("repair", "--write").err
        assert (place.files.folder / self.FILE).read_text() == self.SQL
        assert not path.exists()

    def test_a_new_file_that_was_edited_since_stays(self, place: Place) -> None:
        self.of_file(place)
        (place.files.folder / self.FILE).write_text("mine")
        assert "it was edited since" in place.next("repair", "--write").err
        assert (place.files.folder / self.FILE).read_text() == "mine"

    def test_a_schema_sql_that_was_due_is_written_by_who_writes(self, place: Place) -> None:
        text = place.files.schema_file.read_bytes()
        files = hashlib.sha256()
        for file in sorted(place.files.folder.glob("*.sql")):
            sum_ = hashlib.sha256(file.read_bytes()).hexdigest()
            files.update(f"migrations/{file.name} {sum_}\n".encode())
        kept = {"before": None, "files": files.hexdigest(), "text": text.decode()}
        path = self.intent(place, kept, place.project().settings.schema_file)
        place.files.schema_file.unlink()
        assert "interrupted_command" in place.next("check").codes
        assert not place.files.schema_file.exists() and path.exists()
        assert "schema.sql is written now" in place.next("repair", "--write").err
        assert place.files.schema_file.read_bytes() == text and not path.exists()


def test_git_sees_nothing_of_it(make: Make) -> None:
    place = killed(make, "adopt", TORN)
    told = subprocess.run(
        ["git", "-C", str(place.files.root), "status", "--porcelain", "-uall"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".trueup-" not in told.stdout
