"""The reference table agrees with what is read."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from trueup.config import Settings, load_settings
from trueup.config.checks import CHECKS
from trueup.config.reference import NAMES, SETTINGS, Setting, as_markdown

# Fields that follow from where the project lies, not from a key.
DERIVED = {"root", "config_file", "supabase_config", "findings", "sources", "declarative_paths"}


def test_every_setting_has_an_entry_a_check_and_a_field() -> None:
    assert set(NAMES) == set(CHECKS) == {field.name for field in fields(Settings)} - DERIVED
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_example_is_accepted(setting: Setting, tmp_path: Path) -> None:
    (tmp_path / "supabase" / "schemas").mkdir(parents=True)
    (tmp_path / "trueup.toml").write_text(f"{setting.name} = {setting.example}\n")
    environ = {"APP_DATABASE_URL": "postgres://h/d", "SHADOW_DATABASE_URL": "postgres://s/d"}
    assert load_settings(tmp_path, environ=environ).findings == ()


@pytest.mark.parametrize(
    "name",
    [
        "schemas",
        "extensions",
        "platform",
        "lock_timeout",
        "lock_retries",
        "lock_wait",
        "statement_timeout",
    ],
)
def test_the_default_in_words_is_the_default(name: str, tmp_path: Path) -> None:
    (setting,) = [setting for setting in SETTINGS if setting.name == name]
    default = getattr(load_settings(tmp_path), name)
    written = tomllib.loads(f"value = {setting.default}")["value"]
    assert default == (tuple(written) if isinstance(written, list) else written)


def test_the_table_for_the_docs_has_a_row_for_every_setting() -> None:
    rows = as_markdown().splitlines()
    assert len(rows) == len(SETTINGS) + 2
    assert {row.count(" | ") for row in rows} == {3}
