"""apply_migration: the file, the row, schema.sql and the database go together."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from mcp_agents import MODES, agent, desk
from projects import Project

pytestmark = pytest.mark.anyio

ORDERS = "CREATE TABLE orders (id integer PRIMARY KEY);"


def rows(project: Project) -> list[tuple[str, str, bool]]:
    return [
        (str(version), str(name), bool(success))
        for version, name, success in project.query(
            "SELECT version, name, success FROM _migrations ORDER BY version"
        )
    ]


def sql_files(project: Project) -> list[str]:
    return sorted(path.name for path in project.folder.glob("*.sql"))


def assert_in_step(project: Project) -> None:
    """Every row has its file, every file its row, schema.sql is what they give, nothing drifted,
    and nothing is left lying about."""
    assert [f"{version}_{name}.sql" for version, name, ok in rows(project) if ok] == sql_files(
        project
    )
    checked = project.run("check")
    assert (checked.status, checked.codes) == (0, []), checked.out
    assert [path.name for path in project.folder.iterdir()] == sql_files(project) or {
        path.name for path in project.folder.iterdir()
    } == set(sql_files(project))


@pytest.mark.parametrize("mode", MODES)
async def test_a_migration_is_file_row_schema_sql_and_database_at_once(
    shop: Project, mode: str
) -> None:
    async with agent(desk(shop), mode=mode) as one:
        answer = await one.call("apply_migration", name="add_orders", query=ORDERS)
    said = answer.data
    assert said["success"] is True
    assert said["file"] == f"migrations/{said['version']}_add_orders.sql"
    assert (shop.root / said["file"]).read_text() == f"{ORDERS}\n"
    assert rows(shop)[-1] == (said["version"], "add_orders", True)
    assert 'CREATE TABLE "public"."orders"' in shop.schema_file.read_text()
    assert shop.query("SELECT count(*) FROM orders") == [(0,)]
    assert [change["object"]["name"] for change in said["changes"]] == [
        "orders orders_pkey",
        "orders",
    ]
    assert "+CREATE TABLE" in said["schema_file"]["diff"]
    assert said["drift"] == [] and said["hazards"] == []
    assert_in_step(shop)


async def test_the_recorded_checksum_is_that_of_the_file(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        said = (await one.call("apply_migration", name="x", query=ORDERS)).data
    ((checksum,),) = shop.query(
        f"SELECT checksum FROM _migrations WHERE version='{said['version']}'"
    )
    assert checksum == hashlib.sha256((shop.root / said["file"]).read_bytes()).hexdigest()


async def test_the_first_migration_of_an_empty_project_makes_the_folder(project: Project) -> None:
    project.settings('migrations_dir = "migrations"\n')
    project.folder.rmdir()
    async with agent(desk(project)) as one:
        said = (await one.call("apply_migration", name="first", query=ORDERS)).data
    assert (project.root / said["file"]).exists()
    assert_in_step(project)


async def test_versions_of_calls_within_one_second_are_unique_and_ordered(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        said = [
            (await one.call("apply_migration", name=f"t{n}", query=f"CREATE TABLE t{n} ();")).data
            for n in range(4)
        ]
    versions = [one["version"] for one in said]
    assert versions == sorted(set(versions))
    assert [name for _, name, _ in rows(shop)][-4:] == ["t0", "t1", "t2", "t3"]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("CREATE TABLE a ();\nSELECT 1 FROM nope;", "line 2, column 15"),
        ("CREATE TABLE customers ();", "line 1"),
        ("ALTER TABLE nope ADD COLUMN x int;", "line 1"),
    ],
)
async def test_what_fails_on_the_shadow_changes_nothing_and_says_where(
    shop: Project, query: str, place: str
) -> None:
    before, had = shop.files(), rows(shop)
    async with agent(desk(shop)) as one:
        answer = await one.call("apply_migration", name="a", query=query)
    assert answer.code == "statement_failed"
    assert place in answer.error
    assert "nothing was written" in answer.error
    assert (shop.files(), rows(shop)) == (before, had)


async def test_the_file_is_taken_away_again_where_only_the_database_refuses(shop: Project) -> None:
    """The shadow has no rows, so only the database can know that two are the same."""
    shop.execute("INSERT INTO customers VALUES (2, 'ada@example.org')")
    before, had = shop.files(), rows(shop)
    async with agent(desk(shop)) as one:
        query = "CREATE TABLE more ();\nALTER TABLE customers ADD UNIQUE (email);"
        answer = await one.call("apply_migration", name="unique_emails", query=query)
    assert answer.code == "statement_failed"
    assert "line 2, column 1 of query" in answer.error
    assert "nothing is left" in answer.error
    assert (shop.files(), rows(shop)) == (before, had)
    assert_in_step(shop)


async def test_a_dry_run_says_everything_and_changes_nothing(shop: Project) -> None:
    before, had = shop.files(), rows(shop)
    async with agent(desk(shop)) as one:
        said = (await one.call("apply_migration", name="a", query=ORDERS, dry_run=True)).data
        really = (await one.call("apply_migration", name="a", query=ORDERS)).data
    assert (said["dry_run"], said["version"], said["file"]) == (True, None, None)
    assert said["changes"] == really["changes"]
    assert said["schema_file"] == really["schema_file"]
    assert rows(shop)[:-1] == had
    assert before.items() <= {**shop.files(), "schema.sql": before["schema.sql"]}.items()


async def test_a_dry_run_of_destructive_sql_names_the_loss_without_asking(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        answer = await one.call(
            "apply_migration", name="a", query="DROP TABLE customers CASCADE", dry_run=True
        )
    assert [h["code"] for h in answer.data["hazards"] if h["destructive"]] == ["data_loss"]


async def test_drift_that_was_there_is_told_and_not_laundered_into_schema_sql(
    shop: Project,
) -> None:
    shop.execute("ALTER TABLE customers ADD COLUMN by_hand text")
    async with agent(desk(shop)) as one:
        said = (await one.call("apply_migration", name="a", query=ORDERS)).data
    (found,) = said["drift"]
    assert (found["object"]["name"], found["verdict"]) == ("customers", "database_changed")
    assert "by_hand" in found["details"]
    assert "by_hand" not in shop.schema_file.read_text()


async def test_a_file_that_waits_goes_first(shop: Project) -> None:
    shop.migration("CREATE TABLE waiting ();", version=20250601000000)
    before = shop.files()
    async with agent(desk(shop)) as one:
        answer = await one.call("apply_migration", name="a", query=ORDERS)
    assert answer.code == "pending_migrations"
    assert "trueup apply" in answer.error
    assert shop.files() == before


class TestExpectedFingerprint:
    async def test_all_tools_tell_the_same_one_and_apply_migration_the_next(
        self, shop: Project
    ) -> None:
        async with agent(desk(shop)) as one:
            tools = ("list_tables", "status", "check_drift")
            told = {(await one.call(tool)).data["fingerprint"] for tool in tools}
            (first,) = told
            after = (
                await one.call(
                    "apply_migration", name="a", query=ORDERS, expected_fingerprint=first
                )
            ).data["fingerprint"]
            again = (await one.call("status")).data["fingerprint"]
        assert first != after == again

    async def test_with_drift_it_is_that_of_the_database(self, shop: Project) -> None:
        shop.execute("CREATE TABLE by_hand (); DROP VIEW emails")
        async with agent(desk(shop)) as one:
            after = (await one.call("apply_migration", name="a", query=ORDERS)).data["fingerprint"]
            assert (await one.call("check_drift")).data["fingerprint"] == after

    async def test_a_schema_that_moved_is_refused_and_nothing_done(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            seen = (await one.call("status")).data["fingerprint"]
            shop.execute("ALTER TABLE customers ADD COLUMN by_hand text")
            before = shop.files()
            answer = await one.call(
                "apply_migration", name="a", query=ORDERS, expected_fingerprint=seen
            )
        assert answer.code == "schema_moved"
        assert shop.files() == before
        assert len(rows(shop)) == 1

    async def test_data_does_not_move_it(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            seen = (await one.call("status")).data["fingerprint"]
            shop.execute("INSERT INTO customers VALUES (7, 'x'); ANALYZE")
            assert (await one.call("status")).data["fingerprint"] == seen


class TestIdempotencyKey:
    KEY = "5f0c2f0e-5f3a-4a70-9ad3-0d7d6b2a9d11"

    async def test_a_call_repeated_is_one_migration(self, shop: Project) -> None:
        call = {"name": "a", "query": ORDERS, "idempotency_key": self.KEY}
        async with agent(desk(shop)) as one:
            first = (await one.call("apply_migration", **call)).data
            files = shop.files()
            again = (await one.call("apply_migration", **call)).data
        assert (first["repeated"], again["repeated"]) == (False, True)
        assert again["version"] == first["version"]
        assert again["file"] == first["file"]
        assert shop.files() == files
        assert_in_step(shop)

    async def test_it_stands_in_the_file_so_another_server_knows_it_too(
        self, shop: Project
    ) -> None:
        call = {"name": "a", "query": ORDERS, "idempotency_key": self.KEY}
        async with agent(desk(shop)) as one:
            first = (await one.call("apply_migration", **call)).data
        text = (shop.root / first["file"]).read_text()
        assert text == f"{ORDERS}\n-- trueup: idempotency_key={self.KEY}\n"
        async with agent(desk(shop)) as other:
            assert (await other.call("apply_migration", **call)).data["repeated"] is True

    async def test_the_same_key_for_another_migration_is_refused(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            await one.call("apply_migration", name="a", query=ORDERS, idempotency_key=self.KEY)
            files = shop.files()
            for name, query in (("b", ORDERS), ("a", "CREATE TABLE other ();")):
                answer = await one.call(
                    "apply_migration", name=name, query=query, idempotency_key=self.KEY
                )
                assert answer.code == "idempotency_key_reused"
        assert shop.files() == files

    async def test_a_call_that_failed_does_not_use_the_key_up(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            bad = "SELECT 1 FROM nope"
            await one.call("apply_migration", name="a", query=bad, idempotency_key=self.KEY)
            answer = await one.call(
                "apply_migration", name="a", query=ORDERS, idempotency_key=self.KEY
            )
        assert answer.data["repeated"] is False


async def test_the_servers_notices_are_passed_on_as_data(shop: Project) -> None:
    query = "CREATE TABLE IF NOT EXISTS customers (id int);"
    async with agent(desk(shop)) as one:
        answer = await one.call("apply_migration", name="a", query=query)
    assert "already exists, skipping" in answer.data["notices"]
    assert answer.data["notices"].startswith("<untrusted-data-")


async def test_list_migrations_gives_what_the_database_has_and_apart_what_waits(
    shop: Project,
) -> None:
    shop.migration("CREATE TABLE waiting ();", name="later", version=20990101000000)
    async with agent(desk(shop)) as one:
        said = (await one.call("list_migrations")).data
    assert [(m["version"], m["name"], m["state"]) for m in said["migrations"]] == [
        ("20250101000000", "start", "applied")
    ]
    assert [(m["version"], m["name"], m["state"]) for m in said["pending"]] == [
        ("20990101000000", "later", "pending")
    ]


async def test_who_applied_it_is_recorded(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        await one.call("apply_migration", name="a", query=ORDERS)
        listed = (await one.call("list_migrations")).data["migrations"][-1]
    assert listed["applied_by"] and listed["applied_at"].endswith("Z")


async def test_progress_is_told_while_it_works(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        await one.call("apply_migration", name="a", query=f"{ORDERS} -- {shop.root}")
    assert any("rehearsing" in line for line in one.progress)
    assert any("applying 1/1" in line for line in one.progress)


async def test_git_sees_the_file_and_schema_sql_and_nothing_else(shop: Project) -> None:
    def changed() -> set[str]:
        command = ["git", "-C", str(shop.root), "status", "--porcelain", "-uall"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return {line[3:] for line in done.stdout.splitlines()}

    before = changed()
    async with agent(desk(shop)) as one:
        said = (await one.call("apply_migration", name="a", query=ORDERS)).data
    assert changed() - before == {said["file"]}


async def test_no_database_is_said_in_words(project: Project) -> None:
    project.url = None
    async with agent(desk(project)) as one:
        answer = await one.call("apply_migration", name="a", query=ORDERS)
        assert "TRUEUP_DATABASE_URL" in answer.error
        assert (await one.call("validate_migration", query=ORDERS)).data["valid"] is True


DOWN = "-- migrate:down\nDROP TABLE orders;"


@pytest.mark.parametrize("tool", ["apply_migration", "validate_migration", "create_migration"])
async def test_a_way_down_is_refused_in_the_query_and_in_the_folder(
    shop: Project, tool: str
) -> None:
    before = shop.files(), rows(shop)
    async with agent(desk(shop)) as one:
        if tool not in await one.tools():
            pytest.skip(f"no tool {tool}")
        answer = await one.call(tool, name="add_orders", query=f"{ORDERS}\n{DOWN}\n")
        assert answer.code == "migration_down_section"
        assert (shop.files(), rows(shop)) == before
        (shop.folder / "20240101000000_old.down.sql").write_text("DROP TABLE customers;")
        refused = await one.call(tool, name="add_orders", query=ORDERS)
    assert refused.code == "migration_down_file"
    assert rows(shop) == before[1]


class TestWhatRanAlready:
    """A row without a file: nothing new comes on top of it."""

    async def test_nothing_is_applied_beside_a_row_without_a_file(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            first = (await one.call("apply_migration", name="add_orders", query=ORDERS)).data
            (shop.root / first["file"]).unlink()
            files, history = shop.files(), rows(shop)
            for dry_run in (True, False):
                call = {"name": "more", "query": "CREATE TABLE more ();", "dry_run": dry_run}
                answer = await one.call("apply_migration", **call)
                assert answer.code == "history_missing_file"
        assert (shop.files(), rows(shop)) == (files, history)

    @pytest.mark.parametrize("query", [ORDERS, f"-- again\n{ORDERS.lower()}"])
    async def test_the_sql_of_a_row_without_a_file_is_recognised(
        self, shop: Project, query: str
    ) -> None:
        async with agent(desk(shop)) as one:
            first = (await one.call("apply_migration", name="add_orders", query=ORDERS)).data
            commit(shop)
            (shop.root / first["file"]).unlink()
            answer = await one.call("apply_migration", name="again", query=query)
        assert answer.code == "history_missing_file"
        assert f"ran on {shop.query('SELECT current_database()')[0][0]} already" in answer.error
        assert f"{first['version']}_add_orders" in answer.error

    async def test_neither_way_of_reconciling_is_open(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            first = (await one.call("apply_migration", name="add_orders", query=ORDERS)).data
            (shop.root / first["file"]).unlink()
            proposed = (await one.call("propose_reconciliation")).data
            assert [proposed[way]["possible"] for way in ("adopt", "revert")] == [False, False]
            for direction in ("adopt", "revert"):
                answer = await one.call("reconcile", direction=direction)
                assert answer.code == "history_missing_file"
            (item,) = (await one.call("check_drift")).data["drift"][-1:]
            assert not {"adopt", "revert"} & set(item["remedies"])
        assert shop.query("SELECT to_regclass('orders')::text") == [("orders",)]

    async def test_what_is_there_already_is_to_be_marked(self, shop: Project) -> None:
        shop.migration(ORDERS)
        assert shop.run("apply").status == 0
        shop.execute("DELETE FROM _migrations WHERE name = 'step'")
        async with agent(desk(shop)) as one:
            said = await one.call("check_drift")
            assert all(item["remedies"] == ["mark-applied"] for item in said.data["drift"])
            (version,) = [path.name[:14] for path in shop.folder.glob("*_step.sql")]
            assert f"trueup mark-applied {version}" in said.text


def commit(project: Project) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for arguments in (("add", "."), (*who, "commit", "-qm", "more")):
        subprocess.run(["git", "-C", str(project.root), *arguments], check=True)


@pytest.mark.parametrize("first", [{}, {"idempotency_key": "k1"}])
async def test_the_same_call_sent_twice_is_not_run_twice(
    shop: Project, first: dict[str, str]
) -> None:
    query = "INSERT INTO customers SELECT coalesce(max(id), 0) + 1, 'x' FROM customers;"
    async with agent(desk(shop)) as one:
        await one.call("apply_migration", name="seed", query=query, **first)
        before, had = shop.files(), rows(shop)
        for dry_run in (False, True):
            again = {"name": "seed", "query": query, "dry_run": dry_run}
            answer = await one.call("apply_migration", **again)
            assert answer.code == "migration_repeated"
            assert "idempotency_key" in answer.error
        assert (shop.files(), rows(shop)) == (before, had)
        assert shop.query("SELECT count(*) FROM customers") == [(2,)]
        meant = await one.call(
            "apply_migration", name="seed", query=query, idempotency_key="another"
        )
        assert meant.data["repeated"] is False
        other = await one.call("apply_migration", name="seed_more", query=query)
        assert other.data["success"] is True
    assert shop.query("SELECT count(*) FROM customers") == [(4,)]
