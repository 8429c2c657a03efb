"""The verdict table of the design, whole: every way in which the sides can stand to each other."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.verdict.objects import Drift, Sides, Verdict, judge

KEY = ObjectKey("TABLE", "public", "t")
SAID = ("a", "b", "c", None)

# Migrations, schema.sql, database: equal letters stand for equal DDL, or for all absent.
TABLE = {
    "aaa": (Verdict.IN_SYNC, ()),
    "aab": (Verdict.DATABASE_CHANGED, ("adopt", "revert")),
    "aba": (Verdict.SCHEMA_FILE_STALE, ("regenerate",)),
    "abb": (Verdict.MIGRATION_MISSING, ("adopt", "revert", "regenerate")),
    "abc": (Verdict.DIVERGED, ("adopt", "revert", "regenerate")),
}


def schema(said: str | None, key: ObjectKey = KEY) -> Schema:
    return Schema.of([SchemaObject(key, said)] if said is not None else [])


def row(*said: str | None) -> str:
    """The row of the table that fits: each new value gets the next letter."""
    seen = list(dict.fromkeys(said))
    return "".join("abc"[seen.index(one)] for one in said)


def only(found: tuple[Drift, ...]) -> Drift | None:
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(("replay", "file", "live"), [*product(SAID, repeat=3)])
def test_three_sides_give_the_verdict_of_the_table(
    replay: str | None, file: str | None, live: str | None
) -> None:
    goal = schema(replay)
    drift = only(judge(Sides(goal, goal, schema(file), schema(live))))
    verdict, remedies = TABLE[row(replay, file, live)]
    if verdict is Verdict.IN_SYNC:
        assert drift is None
        return
    assert drift is not None
    assert (drift.verdict, drift.remedies) == (verdict, remedies)
    assert (drift.migrations, drift.schema_file, drift.database) == (replay, file, live)
    assert drift.cause


@pytest.mark.parametrize(("replay", "file"), [*product(SAID, repeat=2)])
def test_without_a_database_the_files_are_compared(replay: str | None, file: str | None) -> None:
    goal = schema(replay)
    drift = only(judge(Sides(goal, goal, schema(file))))
    expected = None if replay == file else Verdict.SCHEMA_FILE_MISMATCH
    assert (drift and drift.verdict) == expected


@pytest.mark.parametrize(("replay", "live"), [*product(SAID, repeat=2)])
def test_without_a_schema_file_the_database_is_compared(
    replay: str | None, live: str | None
) -> None:
    goal = schema(replay)
    drift = only(judge(Sides(goal, goal, None, schema(live))))
    expected = None if replay == live else Verdict.DATABASE_CHANGED
    assert (drift and drift.verdict) == expected


@pytest.mark.parametrize(("whole", "ran", "file", "live"), [*product(SAID, repeat=4)])
def test_pending_files_are_no_drift_on_either_edge(
    whole: str | None, ran: str | None, file: str | None, live: str | None
) -> None:
    """The database answers to what it has run, schema.sql to all files."""
    drift = only(judge(Sides(schema(whole), schema(ran), schema(file), schema(live))))
    file_moved, live_moved = file != whole, live != ran
    if not file_moved and not live_moved:
        assert drift is None
        return
    assert drift is not None
    if not file_moved:
        assert drift.verdict is Verdict.DATABASE_CHANGED
        assert ("pending" in drift.cause) == (whole != ran)
        assert ("mark-applied" in drift.remedies) == (live == whole)
        assert ("revert" in drift.remedies) == (whole == ran)
    elif not live_moved:
        assert drift.verdict is Verdict.SCHEMA_FILE_STALE
    else:
        agree = file == live
        assert drift.verdict is (Verdict.MIGRATION_MISSING if agree else Verdict.DIVERGED)


KEYS = [ObjectKey("TABLE", "public", name) for name in ("t", "u", "v")]
SCHEMAS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from("abc")).map(
    lambda said: Schema.of(SchemaObject(key, ddl) for key, ddl in said.items())
)


def part(
    key: ObjectKey, whole: Schema, ran: Schema, file: Schema | None, live: Schema | None
) -> Sides:
    """What the sides say of one object."""
    return Sides(
        schema(whole.ddl(key), key),
        schema(ran.ddl(key), key),
        None if file is None else schema(file.ddl(key), key),
        None if live is None else schema(live.ddl(key), key),
    )


@given(SCHEMAS, SCHEMAS, st.none() | SCHEMAS, st.none() | SCHEMAS)
def test_each_object_is_judged_by_itself(
    whole: Schema, ran: Schema, file: Schema | None, live: Schema | None
) -> None:
    found = judge(Sides(whole, ran, file, live))
    assert [drift.key for drift in found] == sorted(drift.key for drift in found)
    alone = [drift for key in sorted(KEYS) for drift in judge(part(key, whole, ran, file, live))]
    assert list(found) == alone


@given(SCHEMAS, SCHEMAS)
def test_a_database_that_is_its_replay_and_a_file_that_is_its_own_are_never_drift(
    whole: Schema, ran: Schema
) -> None:
    assert judge(Sides(whole, ran, whole, ran)) == ()
