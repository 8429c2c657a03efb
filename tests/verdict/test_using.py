"""What a rehearsal says of ALTER COLUMN … TYPE … USING."""

from __future__ import annotations

import pytest

from plan.databases import made, schema_of
from trueup.diff.compare import compare
from trueup.model.hazard import DATA_LOSS
from trueup.model.schema import Schema
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect
from trueup.verdict.drafts import (
    Rehearsal,
    columns,
    hazards_of_changes,
    hazards_of_text,
    pieces,
    renamed,
    routines,
    together,
    usings,
)

_TABLE = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE t (i integer, big bigint, s text, v varchar(9), n numeric(12,4), m mood, b bit(5));
"""


def lost(pg: Cluster, sql: str) -> set[str]:
    """The subjects of which the rehearsal says that data is lost."""
    database = made(pg, _TABLE)
    before: Schema = schema_of(pg, database)
    with connect(database) as conn:
        conn.execute(sql.encode())
    after = schema_of(pg, database)
    found = pieces(sql)
    told = together(
        hazards_of_text(found, routines(before), columns(before)),
        hazards_of_changes(
            compare(before, after), Rehearsal(before, after, renamed(found), usings(found))
        ),
    )
    return {hazard.subject.removeprefix("public.") for hazard in told if hazard.code == DATA_LOSS}


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t ALTER i TYPE bigint USING i::bigint",
        "ALTER TABLE t ALTER i TYPE bigint USING i",
        "ALTER TABLE t ALTER i TYPE text USING i::text",
        "ALTER TABLE public.t ALTER COLUMN big SET DATA TYPE int USING t.big::int",
        "ALTER TABLE t ALTER s TYPE mood USING s::mood",
        "ALTER TABLE t ALTER s TYPE mood USING s::text::public.mood",
        "ALTER TABLE t ALTER m TYPE text USING m::text",
        "ALTER TABLE t ALTER v TYPE varchar(20) USING v::varchar(20)",
        "CREATE TABLE u (a integer); ALTER TABLE u ALTER a TYPE bigint USING a * 2",
        "ALTER TABLE t ADD c integer; ALTER TABLE t ALTER c TYPE bigint USING c * 2",
    ],
)
def test_a_using_that_only_casts_loses_nothing(pg: Cluster, sql: str) -> None:
    assert lost(pg, sql) == set()


@pytest.mark.parametrize(
    ("sql", "subject"),
    [
        ("ALTER TABLE t ALTER i TYPE bigint USING i * 2", "t.i"),
        ("ALTER TABLE t ALTER i TYPE bigint USING big", "t.i"),
        ("ALTER TABLE t ALTER i TYPE bigint USING NULL", "t.i"),
        ("ALTER TABLE t ALTER i TYPE integer USING i + 1", "t.i"),
        ("ALTER TABLE t ALTER i TYPE bigint USING i::smallint::bigint", "t.i"),
        ("ALTER TABLE t ALTER s TYPE text USING lower(s)", "t.s"),
        ("ALTER TABLE t ALTER v TYPE varchar(3) USING v::varchar(3)", "t.v"),
        ("ALTER TABLE t ALTER v TYPE text USING v::varchar(3)", "t.v"),
        ("ALTER TABLE t ALTER m TYPE text USING m::varchar(1)", "t.m"),
        ("ALTER TABLE t ALTER b TYPE integer USING b::text::integer", "t.b"),
        ("DO $$ BEGIN ALTER TABLE t ALTER i TYPE bigint USING i / 2; END $$", "t.i"),
        ("ALTER TABLE t RENAME i TO j; ALTER TABLE t ALTER j TYPE bigint USING j / 2", "t.j"),
        ("ALTER TABLE t RENAME TO u; ALTER TABLE u ALTER i TYPE bigint USING i / 2", "u.i"),
    ],
)
def test_a_using_that_computes_is_put_to_a_person(pg: Cluster, sql: str, subject: str) -> None:
    assert subject in lost(pg, sql)
