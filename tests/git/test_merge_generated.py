"""The merge of schema.sql against the truth: hundreds of pairs of changes, each merged and held
against a replay of both sides' migrations."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import psycopg
import pytest

import servers
from trueup.errors import StatementFailed
from trueup.model.migration import Migration
from trueup.model.scope import Scope, select
from trueup.ops.merge import BothSides, MergedFile, Texts, merge_schema_files, merged_files
from trueup.postgres.read.dump import dump_schema
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.server.install import choose_client
from trueup.sql.schema_blocks import split_blocks
from trueup.sql.schema_text import render

BASE = """
create table customers (id bigint primary key, name text not null, email text);
create table orders (id bigint primary key, customer bigint references customers, total numeric);
create table items (id bigint primary key, label text, price numeric default 0);
create index orders_total on orders (total);
create view big_orders as select id, total from orders where total > 100;
create function twice(n int) returns int language sql as 'select n * 2';
create type mood as enum ('good', 'bad');
create sequence counter;
comment on table items is 'what is sold';
"""

# Single changes of every common kind; {n} makes names of the two sides differ.
EDITS = (
    "create table extra_{n} (id int primary key, note text)",
    "create table a_first_{n} (id int)",
    "create table zz_last_{n} (id int)",
    "alter table customers add column phone_{n} text",
    "alter table orders add column status_{n} text default 'new'",
    "alter table items alter column price set not null",
    "alter table items alter column price set default 1",
    "alter table items drop column label",
    "create index customers_email_{n} on customers (email)",
    "create index items_price_{n} on items (price)",
    "drop index orders_total",
    "drop view big_orders",
    "create or replace view big_orders as select id, total from orders where total > 500",
    "create view names_{n} as select name from customers",
    "create view everything_{n} as select * from items",
    "create or replace function twice(n int) returns int language sql as 'select n + n'",
    "create function thrice_{n}(n int) returns int language sql as 'select n * 3'",
    "drop function twice(int)",
    "create type status_{n} as enum ('a', 'b')",
    "create domain positive_{n} as int check (value > 0)",
    "alter table orders add constraint total_positive_{n} check (total >= 0)",
    "alter table customers add constraint email_once_{n} unique (email)",
    "alter table items add column owner_{n} bigint references customers",
    "comment on table items is 'stock of {n}'",
    "comment on column customers.name is 'full name {n}'",
    "create sequence another_{n}",
    "alter sequence counter increment by 5",
    "create table copy_{n} (like items including all)",
    "create table child_{n} () inherits (items)",
    "alter table customers enable row level security",
    "create policy seen_{n} on customers using (true)",
    "create materialized view totals_{n} as select sum(total) from orders",
    "alter table orders rename column total to amount",
    "drop table orders cascade",
    "alter table items rename to goods",
)
SCOPE = Scope()


class Truth:
    """Replays on one server, each on a clone of the base, and each only once."""

    def __init__(self, on: Cluster, template: str) -> None:
        self._cluster = on
        self._template = template
        self._number = itertools.count()
        self._pg_dump = Path(choose_client(on.install.major).tool("pg_dump"))
        self.text = cache(self._text)

    def _text(self, statements: tuple[str, ...]) -> str:
        """schema.sql after these statements. Raises StatementFailed."""
        with self._clone() as conninfo:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                for statement in statements:
                    try:
                        connection.execute(statement.encode())
                    except psycopg.Error as problem:
                        raise StatementFailed(str(problem)) from None
            return render(select(dump_schema(self._pg_dump, conninfo), SCOPE))

    @contextmanager
    def _clone(self) -> Iterator[str]:
        name = f"{self._template}_{next(self._number)}"
        with psycopg.connect(self._cluster.conninfo(), autocommit=True) as admin:
            how = " strategy file_copy" if self._cluster.install.major >= 15 else ""
            admin.execute(f'create database "{name}" template "{self._template}"{how}'.encode())
            yield self._cluster.conninfo(name)
            admin.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture(scope="module")
def truth() -> Iterator[Truth]:
    cluster = servers.cluster(servers.default_install())
    with servers.temporary_database(cluster, "merge") as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(BASE.encode())
            name = connection.info.dbname
        yield Truth(cluster, name)


def a_file(version: int, side: str, statement: str) -> Migration:
    path = f"migrations/{version}_{side}.sql"
    return Migration(str(version), side, path, statement.encode())


def pairs() -> list[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    """Both sides' statements, and whether ours run first: every edit against itself, and a
    seeded choice of the rest, some with several statements a side."""
    chance = random.Random(20250101)
    chosen: list[tuple[tuple[str, ...], tuple[str, ...], bool]] = [
        ((edit,), (edit,), True) for edit in EDITS
    ]
    while len(chosen) < 215:
        sizes = chance.choice(((1, 1), (1, 1), (1, 1), (2, 1), (1, 2)))
        ours, theirs = (tuple(chance.sample(EDITS, size)) for size in sizes)
        chosen.append((ours, theirs, chance.random() < 0.5))
    return chosen


def case(
    truth: Truth, ours: tuple[str, ...], theirs: tuple[str, ...], ours_first: bool
) -> tuple[Texts, BothSides, tuple[str, ...]] | None:
    """The three texts and what ran; None where a side's own statements do not go together."""
    mine = tuple(edit.format(n="ours") for edit in ours)
    other = tuple(edit.format(n="theirs") for edit in theirs)
    try:
        texts = Texts(truth.text(()), truth.text(mine), truth.text(other))
    except StatementFailed:
        return None
    start = 20250101 if ours_first else 20250301
    own = [a_file(start + n, "ours", text) for n, text in enumerate(mine)]
    foreign = [a_file(20250201 + n, "theirs", text) for n, text in enumerate(other)]
    both = merged_files([], own, foreign)
    return texts, both, tuple(file.sql for file in both.migrations)


def expected_or_conflict(merged: MergedFile, truth: Truth, statements: tuple[str, ...]) -> str:
    """The rule that may never be broken; says which of its two halves held."""
    if merged.clean:
        assert merged.text == truth.text(statements)
        return "equal"
    assert merged.conflicts or merged.strayed or merged.in_doubt
    marked = "<<<<<<< " in merged.text and ">>>>>>> " in merged.text
    assert marked or merged.in_doubt
    return "conflict"


def test_two_hundred_merges_are_the_replay_or_a_conflict(truth: Truth) -> None:
    seen = {"equal": 0, "conflict": 0}
    by_texts_alone = {"equal": 0, "other order": 0, "untrue": 0}
    for ours, theirs, first in pairs():
        made = case(truth, ours, theirs, first)
        if made is None:
            continue
        texts, both, statements = made
        merged = merge_schema_files(texts, partial(truth.text, statements), both)
        seen[expected_or_conflict(merged, truth, statements)] += 1
        alone = merge_schema_files(texts, None, None)
        if merged.proven and alone.clean:
            by_texts_alone["equal" if alone.text == merged.text else "other order"] += 1
            same = split_blocks(alone.text).blocks == split_blocks(merged.text).blocks
            by_texts_alone["untrue"] += not same
    print(seen, by_texts_alone)
    assert sum(seen.values()) >= 200
    assert seen["equal"] >= 100
    assert seen["conflict"] >= 20
    assert by_texts_alone["untrue"] == 0
    assert (
        by_texts_alone["other order"] <= by_texts_alone["equal"] // 5
    )  # pg_dump moves what others depend on


def test_disjoint_changes_never_conflict(truth: Truth) -> None:
    made = case(truth, (EDITS[3],), (EDITS[6],), True)
    assert made is not None
    texts, both, statements = made
    merged = merge_schema_files(texts, lambda: truth.text(statements), both)
    assert merged.clean
    assert merged.proven


def test_the_same_object_changed_on_both_sides_is_one_conflict(truth: Truth) -> None:
    made = case(truth, (EDITS[3], EDITS[0]), (EDITS[3], EDITS[1]), True)
    assert made is not None
    texts, both, statements = made
    merged = merge_schema_files(texts, lambda: truth.text(statements), both)
    assert merged.conflicts == ("table public.customers",)
    assert merged.strayed == ()
    assert merged.text.count("<<<<<<<") == merged.text.count(">>>>>>>") == 1
    start, end = merged.text.index("<<<<<<<"), merged.text.index(">>>>>>>")
    inside = merged.text[start:end]
    assert "phone_ours" in inside
    assert "phone_theirs" in inside
    assert len(inside.splitlines()) < 12


def test_a_merge_of_true_texts_that_is_not_true_is_told(truth: Truth) -> None:
    made = case(truth, ("alter table items add column size int",), (EDITS[27],), True)
    assert made is not None
    texts, both, statements = made
    alone = merge_schema_files(texts, None, None)
    assert alone.clean, "the two files alone give no reason for doubt"
    merged = merge_schema_files(texts, lambda: truth.text(statements), both)
    assert merged.strayed == ("table public.copy_theirs",)
    assert merged.in_doubt == ("migrations/20250201_theirs.sql",)
    assert '"size" integer' in merged.text


def test_a_migration_that_fails_after_the_merge_is_named(truth: Truth) -> None:
    made = case(truth, ("drop table items",), ("create index i on items (label)",), True)
    assert made is not None
    texts, both, _ = made

    def replay() -> str:
        from trueup.model.finding import Location

        raise StatementFailed("no items", location=Location("migrations/20250201_theirs.sql", 1))

    merged = merge_schema_files(texts, replay, both)
    assert merged.in_doubt == ("migrations/20250201_theirs.sql",)
    assert not merged.clean
