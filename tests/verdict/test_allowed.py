"""The list of known differences: counted aloud, and no longer than it says."""

from __future__ import annotations

from datetime import date

from trueup.config.settings import Allowed
from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.verdict.allowed import sift
from trueup.verdict.objects import Drift, Sides, judge

TODAY = date(2026, 5, 1)


def drift(*names: str) -> tuple[Drift, ...]:
    live = Schema.of(SchemaObject(ObjectKey("TABLE", "public", n), "CREATE;\n") for n in names)
    return judge(Sides(Schema(), Schema(), Schema(), live))


def test_an_allowed_difference_is_told_and_does_not_count() -> None:
    sifted = sift(drift("audit_log", "users"), [Allowed("public.audit*", "made by a job")], TODAY)
    assert [item.key.name for item in sifted.drift] == ["users"]
    assert [(f.code, f.is_error) for f in sifted.findings] == [("drift_allowed", False)]
    assert "made by a job" in sifted.findings[0].message


def test_an_entry_that_fits_nothing_is_complained_of() -> None:
    sifted = sift(drift("users"), [Allowed("public.gone", "once there")], TODAY)
    assert len(sifted.drift) == 1
    assert [f.code for f in sifted.findings] == ["allow_unmatched"]


def test_an_entry_holds_through_its_last_day_and_not_after() -> None:
    entry = Allowed("public.users", "until the release", TODAY)
    assert sift(drift("users"), [entry], TODAY).drift == ()
    late = sift(drift("users"), [entry], date(2026, 5, 2))
    assert len(late.drift) == 1
    assert [(f.code, f.is_error) for f in late.findings] == [("allow_expired", True)]
