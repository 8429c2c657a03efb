"""Every face names the same remedies, word for word, and there is one exit status for a verdict."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from xml.etree import ElementTree as Xml

import pytest

from trueup.action.comment import with_mark
from trueup.mcp_server.answers.drift import drift_answer, explained_answer
from trueup.mcp_server.desk import Done
from trueup.model.mend import ByHand, Mend
from trueup.model.schema import ObjectKey
from trueup.ops.agents.explain import Explained, Explanation
from trueup.ops.check import CheckResult, DriftItem
from trueup.report.check import check_json, check_text
from trueup.report.github import check_github
from trueup.report.junit import check_junit
from trueup.report.markdown import check_markdown
from trueup.report.sarif import check_sarif
from trueup.report.style import Style
from trueup.verdict.drift import LIVE_MOVED, Drift, Standing, Verdict
from trueup.verdict.remedies import Circumstances, with_mends, words

TABLE, OTHER = ObjectKey("TABLE", "public", "t"), ObjectKey("VIEW", "public", "it's *")
KINDS = {
    "TABLE": TABLE,
    "CRON JOB": ObjectKey("CRON JOB", "cron", "nightly"),
    "PRIVILEGES": ObjectKey("PRIVILEGES", "public", "t"),
}
BY_HAND = ByHand(
    ('REVOKE SELECT ON TABLE "public"."t" FROM "a"', 'GRANT INSERT ON TABLE "public"."t" TO "a"'),
    ('REVOKE INSERT ON TABLE "public"."t" FROM "a"', 'GRANT SELECT ON TABLE "public"."t" TO "a"'),
)
BACK = 'REVOKE SELECT ON TABLE "public"."t" FROM "a"; GRANT INSERT ON TABLE "public"."t" TO "a";'
SAY = 'REVOKE INSERT ON TABLE "public"."t" FROM "a"; GRANT SELECT ON TABLE "public"."t" TO "a";'
ADOPT, REVERT = "trueup reconcile --adopt --write", "trueup reconcile --revert --apply"
DUMP = "trueup dump"
VERSIONS = ("20250101000000", "20250102000000", "20250103000000")
HERE = {
    "plain": Circumstances(),
    "rights in schema.sql": Circumstances(plans_rights=True),
    "pending": Circumstances(pending=VERSIONS),
    "nothing on record": Circumstances(pending=VERSIONS, blank=True),
    "no files": Circumstances(blank=True),
    "stopped": Circumstances(stops=("migration_failed",)),
}


def drifted(
    key: ObjectKey,
    verdict: Verdict,
    standing: Standing = Standing.PLAIN,
    versions: tuple[str, ...] = (),
    by_hand: ByHand = BY_HAND,
) -> Drift:
    return Drift(
        key,
        verdict,
        "a cause",
        words(verdict, standing),
        migrations="GRANT SELECT ON t TO a;\n",
        applied=None,
        schema_file=None,
        database=None,
        standing=standing,
        versions=versions,
        by_hand=by_hand if key.kind == "PRIVILEGES" else None,
    )


def every() -> dict[str, tuple[Drift, ...]]:
    """Each verdict on each kind, as it may stand, in each project; and some beside each other."""
    found: dict[str, tuple[Drift, ...]] = {}
    for verdict, kind, standing, here in product(Verdict, KINDS, Standing, HERE):
        if verdict is Verdict.IN_SYNC or (
            verdict not in LIVE_MOVED and standing is not Standing.PLAIN
        ):
            continue
        item = drifted(KINDS[kind], verdict, standing)
        found[f"{verdict} {kind} {standing}, {here}"] = with_mends([item], HERE[here])
    mixed = [
        drifted(TABLE, Verdict.DATABASE_CHANGED),
        drifted(OTHER, Verdict.DATABASE_CHANGED),
        drifted(ObjectKey("TABLE", "s", "p"), Verdict.DIVERGED, Standing.PENDING),
        drifted(KINDS["PRIVILEGES"], Verdict.DATABASE_CHANGED),
        drifted(ObjectKey("VIEW", "s", "v"), Verdict.SCHEMA_FILE_STALE),
        drifted(ObjectKey("TABLE", "s", "d"), Verdict.DECLARATIVE_DIFFERS),
    ]
    for here in HERE:
        found[f"mixed, {here}"] = with_mends(mixed, HERE[here])
    return found


CASES = every()


def result(drift: Sequence[Drift]) -> CheckResult:
    items = tuple(DriftItem(item, "it changed", ("a detail",)) for item in drift)
    return CheckResult(False, None, None, None, {}, items, (), 0.0)


def about(item: Drift) -> Explanation:
    one = Explained(item.key, str(item.verdict), item.cause, item.mend, (), None, None, None, ())
    return Explanation((one,), 0, ())


def text_of_answer(answer: object) -> str:
    return "\n".join(block.text for block in answer.content)  # type: ignore[attr-defined]


def in_github(said: str) -> str:
    return said.replace("%0A", "\n").replace("%25", "%")


def in_sarif(said: str) -> str:
    results = json.loads(said)["runs"][0]["results"]
    return "\n".join(one["message"]["text"] for one in results)


def in_junit(said: str) -> str:
    return "\n".join(node.text or "" for node in Xml.fromstring(said).iter("failure"))


FACES: Mapping[str, Callable[[CheckResult], str]] = {
    "text": lambda r: check_text(r, Style()),
    "json": lambda r: "\n".join(
        mend["command"] for item in check_json(r)["drift"] for mend in item["mend"]
    ),
    "github": lambda r: in_github(check_github(r)),
    "markdown": lambda r: html.unescape(check_markdown(r)),
    "comment": lambda r: html.unescape(with_mark(check_markdown(r, limit=60_000), False)),
    "sarif": lambda r: in_sarif(check_sarif(r)),
    "junit": lambda r: in_junit(check_junit(r)),
    "check_drift": lambda r: text_of_answer(drift_answer(Done(r, ()))),
    "explain_object": lambda r: "\n".join(
        text_of_answer(explained_answer(Done(about(item.drift), ()))) for item in r.drift
    ),
}
UNIVERSE = {mend.command for drift in CASES.values() for item in drift for mend in item.mend}


@pytest.mark.parametrize("face", FACES)
def test_every_face_names_the_same_commands_word_for_word(face: str) -> None:
    for case, drift in CASES.items():
        wanted = {mend.command for item in drift for mend in item.mend}
        said = FACES[face](result(drift))
        named = {command for command in UNIVERSE if command in said}
        # A command is also in a longer one that begins like it.
        parts = {one for one in UNIVERSE for longer in wanted if longer.startswith(f"{one} ")}
        assert named - (parts - wanted) == wanted, case


@pytest.mark.parametrize("drift", [*CASES.values()][::7])
def test_agents_are_told_the_same_tools(drift: Sequence[Drift]) -> None:
    wanted = [(m.tool, m.does, m.refused) for item in drift for m in item.mend]
    answers = [drift_answer(Done(result(drift), ()))]
    answers += [explained_answer(Done(about(item), ())) for item in drift]
    first, *others = [answer.structured_content or {} for answer in answers]
    told = [m for item in first["drift"] for m in item["mend"]]
    assert [(m["tool"], m["does"], m["refused"]) for m in told] == wanted
    told = [m for other in others for item in other["objects"] for m in item["mend"]]
    assert [(m["tool"], m["does"], m["refused"]) for m in told] == wanted
    for tool in {tool for tool, _, _ in wanted if tool}:
        assert tool in text_of_answer(answers[0])


def commands(
    key: ObjectKey,
    verdict: Verdict,
    standing: Standing = Standing.PLAIN,
    here: str = "plain",
    versions: tuple[str, ...] = (),
) -> list[str]:
    (item,) = with_mends([drifted(key, verdict, standing, versions)], HERE[here])
    return [mend.command for mend in item.mend]


RIGHTS = KINDS["PRIVILEGES"]
CHANGED, MISSING = Verdict.DATABASE_CHANGED, Verdict.MIGRATION_MISSING


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (commands(TABLE, CHANGED), [ADOPT, REVERT]),
        (commands(KINDS["CRON JOB"], CHANGED), [ADOPT, REVERT]),
        (commands(TABLE, Verdict.SCHEMA_FILE_STALE), [DUMP]),
        (commands(TABLE, Verdict.SCHEMA_FILE_MISMATCH), [DUMP]),
        (commands(TABLE, MISSING), [ADOPT, REVERT, DUMP]),
        (commands(TABLE, Verdict.DIVERGED), [ADOPT, REVERT, DUMP]),
        (commands(RIGHTS, CHANGED), [SAY, BACK]),
        (commands(RIGHTS, CHANGED, here="pending"), [SAY, BACK]),
        (commands(RIGHTS, CHANGED, here="rights in schema.sql"), [ADOPT, REVERT]),
        (commands(RIGHTS, Verdict.DIVERGED, here="rights in schema.sql"), [ADOPT, REVERT, DUMP]),
        (
            commands(TABLE, Verdict.DECLARATIVE_DIFFERS),
            ["trueup diff migrations declarative --sql"],
        ),
        (
            commands(RIGHTS, Verdict.DECLARATIVE_DIFFERS),
            ["trueup diff migrations declarative --sql --privileges"],
        ),
        (
            commands(RIGHTS, Verdict.DECLARATIVE_DIFFERS, here="rights in schema.sql"),
            ["trueup diff migrations declarative --sql"],
        ),
        (
            commands(TABLE, CHANGED, Standing.PENDING, "pending", versions=VERSIONS[1:2]),
            [f"trueup mark-applied {VERSIONS[1]}"],
        ),
        (
            commands(TABLE, Verdict.DIVERGED, Standing.PENDING, "nothing on record"),
            [f"trueup mark-applied {' '.join(VERSIONS)}", DUMP],
        ),
        (commands(TABLE, CHANGED, Standing.TOUCHED, "pending"), ["trueup apply"]),
        (commands(TABLE, CHANGED, Standing.STRANGER), ["trueup status"]),
        (commands(RIGHTS, MISSING, Standing.STRANGER), ["trueup status"]),
        (commands(TABLE, CHANGED, Standing.BLANK, "no files"), [ADOPT, "trueup baseline"]),
        (commands(TABLE, CHANGED, Standing.INVALID), [REVERT]),
        (commands(TABLE, CHANGED, Standing.STUCK), []),
    ],
)
def test_what_mends_what(found: list[str], wanted: list[str]) -> None:
    assert found == wanted


def test_adopting_waits_for_pending_files_and_both_wait_for_a_broken_history() -> None:
    (item,) = with_mends([drifted(TABLE, CHANGED)], HERE["pending"])
    adopt, revert = item.mend
    assert adopt.refused and "3 migrations are pending" in adopt.refused
    assert revert.refused is None
    (item,) = with_mends([drifted(TABLE, CHANGED)], HERE["stopped"])
    assert all(mend.refused and "migration_failed" in mend.refused for mend in item.mend)
    assert "refused for now" in check_text(result([item]), Style())


def test_a_revert_leaves_out_what_a_pending_file_has_a_say_in() -> None:
    drift = [
        drifted(TABLE, CHANGED),
        drifted(OTHER, CHANGED),
        drifted(ObjectKey("TABLE", "s", "p"), CHANGED, Standing.TOUCHED),
    ]
    first, second, third = with_mends(drift, HERE["pending"])
    only = f"{REVERT} --only 'TABLE public.t' 'VIEW public.it'\"'\"'s [*]'"
    assert [first.mend[1].command, second.mend[1].command] == [only, only]
    assert [mend.command for mend in third.mend] == ["trueup apply"]


def test_many_statements_are_folded_and_counted() -> None:
    keys = [ObjectKey("PRIVILEGES", "s", f"t{n}") for n in range(40)]
    hands = [drifted(key, CHANGED, by_hand=ByHand((f"R{key.name}",), ())) for key in keys]
    drift = with_mends(hands, HERE["plain"])
    assert "and 35 more; --format json lists all" in check_text(result(drift), Style())
    assert "and 20 more; --format json lists all" in check_markdown(result(drift))
    assert Mend("Rt39;", None, drift[0].mend[0].does) in drift[39].mend
