"""`init`: trueup.toml and what else a project needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trueup.config import Settings, load_settings
from trueup.config.reference import NAMES
from trueup.errors import UsageError
from trueup.ops import init as subject
from trueup.ops.init import InitOptions, Written, config_text, init, register_writer


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def actions(settings: Settings, options: InitOptions | None = None) -> list[tuple[str, str]]:
    return [(done.shown, done.action) for done in init(settings, options).written]


def test_an_empty_project_gets_its_configuration_and_its_folder(root: Path) -> None:
    assert actions(load_settings(root)) == [
        ("trueup.toml", "created"),
        ("supabase/migrations/.gitkeep", "created"),
    ]
    settings = load_settings(root)
    assert settings.config_file == root / "trueup.toml"
    assert settings.findings == ()
    assert (settings.platform, settings.postgres) == ("postgres", None)


def test_running_it_again_changes_nothing(root: Path) -> None:
    init(load_settings(root))
    (root / "trueup.toml").write_text("postgres = 16\n")
    result = init(load_settings(root))
    assert [done.action for done in result.written] == ["kept", "kept"]
    assert [f.code for f in result.findings] == ["config_kept"]
    assert (root / "trueup.toml").read_text() == "postgres = 16\n"


def test_force_replaces_the_file_and_keeps_the_old_one_beside_it(root: Path) -> None:
    (root / "trueup.toml").write_text("broken =\n")
    settings = load_settings(root, unconfigured=True)
    (config, _folder) = init(settings, InitOptions(force=True)).written
    assert (config.action, config.note) == ("replaced", "the old one is trueup.toml.old")
    assert (root / "trueup.toml.old").read_text() == "broken =\n"
    assert load_settings(root).config_file == root / "trueup.toml"


def test_a_configuration_in_pyproject_toml_is_not_doubled(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.trueup]\npostgres = 16\n")
    result = init(load_settings(root), InitOptions(force=True))
    assert result.written[0] == Written("pyproject.toml", "kept", "it has [tool.trueup]")
    assert load_settings(root).postgres == 16


def test_what_is_there_is_detected(root: Path) -> None:
    (root / "migrations").mkdir()
    (root / "supabase").mkdir()
    (root / "supabase" / "config.toml").write_text("[db]\nmajor_version = 15\n")
    init(load_settings(root))
    text = (root / "trueup.toml").read_text()
    assert '\nmigrations_dir = "migrations"\n' in text
    assert '\nplatform = "supabase"\n' in text
    assert "\npostgres" not in text
    settings = load_settings(root)
    assert (settings.postgres, settings.sources["postgres"]) == (15, "supabase/config.toml")


def test_a_version_asked_of_the_database_is_written_down(root: Path) -> None:
    init(load_settings(root), InitOptions(postgres=16))
    assert load_settings(root).postgres == 16


def test_every_setting_is_explained_and_its_line_works_uncommented(root: Path) -> None:
    (root / "supabase" / "schemas").mkdir(parents=True)
    text = config_text(load_settings(root))
    keys = re.findall(r"^(?:# )?([a-z_]+) = ", text, re.MULTILINE)
    assert tuple(keys) == NAMES
    assert max(len(line) for line in text.splitlines()) <= 120
    (root / "trueup.toml").write_text(re.sub(r"^# ([a-z_]+ = )", r"\1", text, flags=re.MULTILINE))
    assert load_settings(root).database_name == "app_production"


def test_an_existing_folder_is_left_as_it_is(root: Path) -> None:
    (root / "supabase" / "migrations").mkdir(parents=True)
    assert actions(load_settings(root))[1] == ("supabase/migrations", "kept")
    assert list((root / "supabase" / "migrations").iterdir()) == []


def test_extras_are_written_by_their_writers(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_WRITERS", {})
    seen: list[InitOptions] = []

    def hook(settings: Settings, options: InitOptions) -> list[Written]:
        seen.append(options)
        return [Written(settings.shown(settings.root / ".git" / "hooks"), "created")]

    register_writer("hook", hook)
    options = InitOptions(extras=("hook",))
    assert actions(load_settings(root), options)[-1] == (".git/hooks", "created")
    assert seen == [options]
    assert subject.writers() == ("hook",)


def test_an_unknown_extra_is_refused_before_anything_is_written(root: Path) -> None:
    with pytest.raises(UsageError) as refused:
        init(load_settings(root), InitOptions(extras=("rocket",)))
    assert refused.value.code == "init_extra_unknown"
    assert not (root / "trueup.toml").exists()
