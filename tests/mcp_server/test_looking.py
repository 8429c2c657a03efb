"""The tools that look: tables, extensions, drift, one object, the status; resources, prompts."""

from __future__ import annotations

import json
import subprocess

import pytest
from mcp import MCPError

from mcp_agents import MODES, agent, declines, desk, no, yes
from projects import Project

pytestmark = pytest.mark.anyio


async def test_list_tables_gives_an_overview(shop: Project) -> None:
    shop.execute("ALTER TABLE customers ENABLE ROW LEVEL SECURITY; ANALYZE customers")
    async with agent(desk(shop)) as one:
        said = (await one.call("list_tables")).data
    assert said["tables"] == [{"name": "public.customers", "rls_enabled": True, "rows": 1}]


async def test_list_tables_verbose_gives_columns_and_keys(shop: Project) -> None:
    shop.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');"
        "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " customer integer REFERENCES customers, mood mood DEFAULT 'sad', code text UNIQUE,"
        " total numeric(10,2) NOT NULL CHECK (total > 0),"
        " twice numeric GENERATED ALWAYS AS (total * 2) STORED);"
        "COMMENT ON COLUMN orders.code IS 'what is printed'"
    )
    async with agent(desk(shop)) as one:
        said = (await one.call("list_tables", verbose=True)).data
    orders = next(table for table in said["tables"] if table["name"] == "public.orders")
    columns = {column["name"]: column for column in orders["columns"]}
    assert columns["id"]["identity_generation"] == "ALWAYS"
    assert set(columns["id"]["options"]) == {"identity"}
    assert columns["total"]["data_type"] == "numeric(10,2)"
    assert "total > " in columns["total"]["check"]
    assert columns["mood"]["enums"] == ["sad", "happy"]
    assert set(columns["code"]["options"]) == {"nullable", "unique"}
    assert "what is printed" in columns["code"]["comment"]
    assert "generated" in columns["twice"]["options"]
    assert orders["primary_keys"] == ["id"]
    assert orders["foreign_key_constraints"] == [
        {
            "name": "orders_customer_fkey",
            "source": "public.orders.customer",
            "target": "public.customers.id",
        }
    ]


async def test_list_tables_takes_schemas_and_leaves_the_history_out(shop: Project) -> None:
    shop.execute("CREATE SCHEMA s; CREATE TABLE s.t ()")
    async with agent(desk(shop)) as one:
        both = (await one.call("list_tables", schemas=["public", "s", "nope"])).data["tables"]
        none = (await one.call("list_tables", schemas=[])).data["tables"]
    assert [table["name"] for table in both] == ["public.customers", "s.t"]
    assert none == []


async def test_list_extensions_tells_installed_from_available(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        said = {e["name"]: e for e in (await one.call("list_extensions")).data["extensions"]}
    assert said["plpgsql"]["installed_version"] and said["plpgsql"]["schema"] == "pg_catalog"
    assert any(e["installed_version"] is None for e in said.values())


async def test_check_drift_in_sync_says_how_much_was_compared(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        answer = await one.call("check_drift")
    assert answer.data["in_sync"] is True
    assert answer.data["compared"] == {"CONSTRAINT": 1, "TABLE": 1, "VIEW": 1}
    assert "3 objects" in answer.text


async def test_check_drift_names_object_side_cause_and_remedies(shop: Project) -> None:
    shop.execute("ALTER TABLE customers ADD COLUMN nick text")
    async with agent(desk(shop)) as one:
        (item,) = (await one.call("check_drift")).data["drift"]
    assert item["object"] == {"kind": "TABLE", "schema": "public", "name": "customers"}
    assert (item["verdict"], item["remedies"]) == ("database_changed", ["adopt", "revert"])
    assert 'column "nick" added' in item["details"]


async def test_explain_object_shows_every_side_and_the_history(shop: Project) -> None:
    commit = ["git", "-C", str(shop.root), "-c", "user.name=Ada", "-c", "user.email=a@b.c"]
    subprocess.run([*commit, "add", "."], check=True)
    subprocess.run([*commit, "commit", "-qm", "start"], check=True)
    shop.execute("ALTER TABLE customers ADD COLUMN nick text")
    async with agent(desk(shop)) as one:
        said = (await one.call("explain_object", name="public.customers", kind="TABLE")).data
    (item,) = said["objects"]
    assert item["verdict"] == "database_changed"
    assert '"nick"' in item["database"] and '"nick"' not in item["migrations"]
    assert item["schema_file"] == item["migrations"]
    (mention,) = item["history"]
    assert mention["file"] == "migrations/20250101000000_start.sql"
    assert mention["applied_at"] and mention["applied_by"]
    assert "Ada" in mention["committed_by"]


async def test_explain_object_that_nobody_has_says_so(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        assert (await one.call("explain_object", name="nope")).code == "object_unknown"


async def test_status_tells_every_state(shop: Project) -> None:
    shop.migration("CREATE TABLE waiting ();", version=20260101000000)
    shop.execute("INSERT INTO _migrations VALUES ('20240101000000','gone',null,now(),null,1,true)")
    async with agent(desk(shop)) as one:
        said = (await one.call("status")).data
    assert {m["version"]: m["state"] for m in said["migrations"]} == {
        "20240101000000": "missing",
        "20250101000000": "applied",
        "20260101000000": "pending",
    }
    assert said["in_order"] is False


async def test_regenerate_schema_writes_it_from_the_files(shop: Project) -> None:
    right = shop.schema_file.read_text()
    shop.schema_file.write_text("-- broken")
    shop.execute("CREATE TABLE by_hand ()")
    async with agent(desk(shop)) as one:
        assert (await one.call("regenerate_schema")).data["changed"] is True
        assert (await one.call("regenerate_schema")).data["changed"] is False
    assert shop.schema_file.read_text() == right


class TestDrafts:
    async def test_validate_says_line_and_column(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            query = "CREATE TABLE a ();\nSELECT nope\n  FROM customers;"
            said = (await one.call("validate_migration", query=query)).data
        assert (said["valid"], said["line"], said["column"]) == (False, 2, 8)

    async def test_validate_comes_after_files_that_wait_too(self, shop: Project) -> None:
        shop.migration("CREATE TABLE waiting (id int);", version=20260101000000)
        async with agent(desk(shop)) as one:
            query = "ALTER TABLE waiting ADD COLUMN x int;"
            said = (await one.call("validate_migration", query=query)).data
        assert said["valid"] is True
        assert [c["details"] for c in said["changes"]] == [['column "x" added']]

    async def test_validate_tells_locks_and_chances_to_fail(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            query = (
                "CREATE UNIQUE INDEX i ON customers (email);"
                "ALTER TABLE customers ADD COLUMN n int NOT NULL;"
                "ALTER TABLE customers ALTER COLUMN email DROP NOT NULL;"
                "ALTER TABLE customers ADD CHECK (id > 0);"
            )
            said = (await one.call("validate_migration", query=query)).data
        assert {hazard["code"] for hazard in said["hazards"]} == {"long_lock", "may_fail"}

    async def test_create_writes_a_file_that_waits(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            said = (await one.call("create_migration", name="b", query="CREATE TABLE b ();")).data
            state = (await one.call("status")).data["migrations"][-1]["state"]
        assert (shop.root / said["file"]).read_text() == "CREATE TABLE b ();\n"
        assert state == "pending"
        assert shop.run("apply").status == 0

    async def test_create_takes_what_cannot_be_in_a_transaction(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            query = "CREATE INDEX CONCURRENTLY i ON customers (email);"
            said = (await one.call("create_migration", name="b", query=query)).data
        assert any("one transaction" in f["message"] for f in said["findings"])
        assert shop.run("apply").status == 0

    async def test_create_of_what_does_not_run_writes_nothing(self, shop: Project) -> None:
        before = shop.files()
        async with agent(desk(shop)) as one:
            answer = await one.call("create_migration", name="b", query="SELECT 1 FROM nope;")
        assert answer.code == "statement_failed"
        assert shop.files() == before


class TestReconcile:
    async def test_a_proposal_shows_both_ways_proven_and_does_nothing(self, shop: Project) -> None:
        shop.execute("ALTER TABLE customers ADD COLUMN nick text")
        before = shop.files()
        async with agent(desk(shop)) as one:
            said = (await one.call("propose_reconciliation")).data
        assert said["adopt"]["proven"] and "ADD COLUMN" in said["adopt"]["sql"]
        assert said["revert"]["proven"] and "DROP COLUMN" in said["revert"]["sql"]
        assert (said["adopt"]["loses_data"], said["revert"]["loses_data"]) == (False, True)
        assert shop.files() == before

    async def test_in_sync_there_is_nothing_to_propose(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            assert (await one.call("propose_reconciliation")).data["in_sync"] is True

    async def test_adopting_writes_the_migration_and_leaves_nothing(self, shop: Project) -> None:
        shop.execute("ALTER TABLE customers ADD COLUMN nick text")
        async with agent(desk(shop)) as one:
            said = (await one.call("reconcile", direction="adopt", name="add nick")).data
            assert (await one.call("check_drift")).data["in_sync"] is True
        assert said["file"].endswith("_add_nick.sql")
        assert (shop.root / said["file"]).exists()

    @pytest.mark.parametrize("mode", MODES)
    async def test_reverting_asks_before_data_is_lost(self, shop: Project, mode: str) -> None:
        shop.execute("ALTER TABLE customers ADD COLUMN nick text")
        for person in (no, declines):
            async with agent(desk(shop), mode=mode, answer=person) as one:
                answer = await one.call("reconcile", direction="revert")
                assert answer.code == "destructive_declined"
        async with agent(desk(shop), mode=mode) as one:
            answer = await one.call("reconcile", direction="revert")
            assert answer.code == "destructive_not_agreed"
        assert shop.query("SELECT nick FROM customers") == [(None,)]
        async with agent(desk(shop), mode=mode, answer=yes) as one:
            assert (await one.call("reconcile", direction="revert")).data["success"] is True
            assert (await one.call("check_drift")).data["in_sync"] is True

    @pytest.mark.parametrize("mode", MODES)
    async def test_adopting_asks_before_data_is_lost(self, shop: Project, mode: str) -> None:
        shop.execute("ALTER TABLE customers RENAME TO people")
        before, rows = shop.files(), "SELECT version FROM _migrations"
        recorded = shop.query(rows)
        async with agent(desk(shop), mode=mode, answer=no) as one:
            proposed = (await one.call("propose_reconciliation")).data["adopt"]
            assert proposed["loses_data"] is True
            assert [hint["code"] for hint in proposed["hints"]] == ["likely_rename"]
            answer = await one.call("reconcile", direction="adopt")
            assert answer.code == "destructive_declined"
        (question,) = one.questions
        assert "every row of customers is lost" in question
        assert "--rename public.customers=public.people" in question
        async with agent(desk(shop), mode=mode) as one:
            answer = await one.call("reconcile", direction="adopt")
            assert answer.code == "destructive_not_agreed"
        assert (shop.files(), shop.query(rows)) == (before, recorded)
        async with agent(desk(shop), mode=mode, answer=yes) as one:
            assert (await one.call("reconcile", direction="adopt")).data["success"] is True

    async def test_what_no_plan_can_mend_is_not_called_in_sync(self, shop: Project) -> None:
        shop.migration("CREATE TABLE orders (customer int CONSTRAINT by REFERENCES customers);")
        assert shop.run("apply").status == 0
        shop.execute("ALTER TABLE orders DISABLE TRIGGER ALL")
        async with agent(desk(shop)) as one:
            check = await one.call("check_drift")
            assert check.data["in_sync"] is False
            assert "foreign key by of public.orders is switched off" in check.everything
            proposed = await one.call("propose_reconciliation")
            assert proposed.data["in_sync"] is False
            assert [f["code"] for f in proposed.data["findings"]] == ["key_switched_off"]
            for direction in ("adopt", "revert"):
                said = await one.call("reconcile", direction=direction)
                assert [f["code"] for f in said.data["findings"]] == ["key_switched_off"]
                assert "is what its" not in said.everything

    async def test_an_invalid_index_is_not_adopted_by_an_agent(self, shop: Project) -> None:
        shop.migration("CREATE INDEX mails ON customers (email);")
        assert shop.run("apply").status == 0
        shop.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'mails'::regclass")
        before = shop.files()
        async with agent(desk(shop)) as one:
            (item,) = (await one.call("check_drift")).data["drift"]
            assert "there but invalid" in item["cause"]
            assert (await one.call("reconcile", direction="adopt")).data["objects"] == []
            assert shop.files() == before
            assert (await one.call("reconcile", direction="revert")).data["success"] is True
            assert (await one.call("check_drift")).data["in_sync"] is True

    async def test_only_some_objects(self, shop: Project) -> None:
        shop.execute("CREATE TABLE one_more (); CREATE TABLE another ()")
        async with agent(desk(shop)) as one:
            await one.call("reconcile", direction="adopt", only=["public.one*"])
            drift = (await one.call("check_drift")).data["drift"]
        assert [item["object"]["name"] for item in drift] == ["another"]


class TestResourcesAndPrompts:
    @pytest.mark.parametrize("mode", MODES)
    async def test_schema_sql_and_the_migrations_can_be_read(
        self, shop: Project, mode: str
    ) -> None:
        async with agent(desk(shop), mode=mode) as one:
            schema = await one.client.read_resource("trueup://schema.sql")
            assert schema.contents[0].text == shop.schema_file.read_text()
            listed = await one.client.read_resource("trueup://migrations")
            (file,) = json.loads(listed.contents[0].text)["migrations"]
            name = file["file"].rsplit("/", 1)[-1]
            text = await one.client.read_resource(f"trueup://migrations/{name}")
            assert text.contents[0].text == (shop.root / file["file"]).read_text()

    async def test_the_last_verdict_can_be_read(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            before = await one.client.read_resource("trueup://verdict", cache_mode="bypass")
            assert json.loads(before.contents[0].text)["in_sync"] is None
            await one.call("check_drift")
            after = await one.client.read_resource("trueup://verdict", cache_mode="bypass")
            assert json.loads(after.contents[0].text)["in_sync"] is True

    @pytest.mark.parametrize(
        "name",
        ["../trueup.toml", "..%2ftrueup.toml", "%2e%2e/schema.sql", "nope.sql", ".git", "a%00b"],
    )
    async def test_no_uri_leads_out_of_the_folder(self, shop: Project, name: str) -> None:
        shop.settings('migrations_dir = "migrations"\n')
        async with agent(desk(shop)) as one:
            with pytest.raises(MCPError):
                await one.client.read_resource(f"trueup://migrations/{name}")

    async def test_prompts_name_tools_that_there_are(self, shop: Project) -> None:
        async with agent(desk(shop)) as one:
            tools = await one.tools()
            prompts = {p.name for p in (await one.client.list_prompts()).prompts}
            assert prompts == {"investigate_drift", "write_migration", "reconcile_drift"}
            for name in prompts:
                wish = {"change": "a table of orders"} if name == "write_migration" else None
                got = await one.client.get_prompt(name, wish)
                text = got.messages[0].content.text  # type: ignore[union-attr]
                assert any(tool in text for tool in tools)
                assert name != "write_migration" or "a table of orders" in text
