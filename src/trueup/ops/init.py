"""`init`: trueup.toml with every setting explained, the migrations folder, and extras asked for."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trueup.config.project import CONFIG_FILE, PYPROJECT, mentions_trueup
from trueup.config.reference import SETTINGS, Setting
from trueup.config.settings import Settings
from trueup.errors import UsageError
from trueup.folder.atomic import create_exclusive, write_atomic
from trueup.folder.create import make_folder
from trueup.model import finding
from trueup.model.finding import Finding, Location
from trueup.platform.files import CONFIG

Action = Literal["created", "replaced", "kept"]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one file: `shown` is its path in messages, `note` a line about it."""

    shown: str
    action: Action
    note: str = ""


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What to write besides trueup.toml. `extras` are names of writers; `force` replaces an
    existing trueup.toml (the old one is kept beside it); `postgres` is the database's major
    version where the caller could ask it."""

    force: bool = False
    extras: tuple[str, ...] = ()
    postgres: int | None = None


@dataclass(frozen=True, slots=True)
class InitResult:
    """Every file looked at, in order, and what there is to say about them."""

    written: tuple[Written, ...]
    findings: tuple[Finding, ...] = ()


Writer = Callable[[Settings, InitOptions], Sequence[Written]]
_WRITERS: Final[dict[str, Writer]] = {}


def register_writer(name: str, writer: Writer) -> None:
    """Makes `init` offer one more extra (hook, workflow, mcp, merge-driver).

    The faces register theirs, because ops must not import them. A writer never overwrites what
    it did not write, unless `options.force`.
    """
    _WRITERS[name] = writer


def writers() -> tuple[str, ...]:
    """The names of the extras on offer."""
    return tuple(_WRITERS)


def init(settings: Settings, options: InitOptions | None = None) -> InitResult:
    """Writes what a project needs to use trueup; running it again changes nothing.

    Raises UsageError (`init_extra_unknown`) before anything is written, and WriteFailed. Settings
    of a project whose trueup.toml is broken come from load_settings(unconfigured=True).
    """
    options = options or InitOptions()
    extras = [_writer(name) for name in options.extras]
    config, findings = _write_config(settings, options)
    written = [config, *_write_folder(settings)]
    for writer in extras:
        written += writer(settings, options)
    return InitResult(tuple(written), tuple(findings))


def _writer(name: str) -> Writer:
    try:
        return _WRITERS[name]
    except KeyError:
        raise UsageError(
            f"init has nothing called {name} to write",
            code="init_extra_unknown",
            hint=f"on offer: {', '.join(_WRITERS) or 'nothing'}",
            subject=name,
        ) from None


def _write_config(settings: Settings, options: InitOptions) -> tuple[Written, list[Finding]]:
    path = settings.root / CONFIG_FILE
    content = config_text(settings, options.postgres).encode()
    if mentions_trueup(settings.root / PYPROJECT):
        return Written(PYPROJECT, "kept", "it has [tool.trueup]"), [_kept(PYPROJECT, "")]
    if not path.exists() and not path.is_symlink():
        create_exclusive(path, content)
        return Written(CONFIG_FILE, "created"), []
    if not options.force:
        return Written(CONFIG_FILE, "kept"), [
            _kept(CONFIG_FILE, "`trueup init --force` replaces it")
        ]
    old = path.with_name(f"{CONFIG_FILE}.old")
    write_atomic(old, path.read_bytes(), root=settings.root)
    write_atomic(path, content, root=settings.root)
    return Written(CONFIG_FILE, "replaced", f"the old one is {old.name}"), []


def _kept(shown: str, hint: str) -> Finding:
    return finding.info(
        "config_kept",
        shown,
        f"{shown} configures this project already and was left as it is",
        hint or "edit [tool.trueup] there",
        Location(shown),
    )


def _write_folder(settings: Settings) -> list[Written]:
    """The migrations folder, with a file that makes git keep it while it is empty."""
    folder = settings.migrations_dir
    if not make_folder(folder):
        return [Written(settings.shown(folder), "kept")]
    keep = folder / ".gitkeep"
    create_exclusive(keep, b"")
    return [Written(settings.shown(keep), "created")]


def config_text(settings: Settings, postgres: int | None = None) -> str:
    """trueup.toml for this project: what was detected as values, the rest as comments."""
    detected = _detected(settings, postgres)
    head = (
        "# Settings of trueup for this project. Every key may be left out; a commented line shows"
        " the key\n# with an example. Passwords belong into TRUEUP_DATABASE_URL, not here.\n"
    )
    return head + "".join(_setting_text(setting, detected) for setting in SETTINGS)


def _detected(settings: Settings, postgres: int | None) -> dict[str, str]:
    values = {
        "migrations_dir": json.dumps(settings.shown(settings.migrations_dir), ensure_ascii=False),
        "platform": json.dumps(settings.resolved_platform),
    }
    major = postgres or settings.postgres
    # supabase/config.toml goes on saying it where it does; two places would drift apart.
    if major is not None and settings.sources.get("postgres") != CONFIG:
        values["postgres"] = str(major)
    return values


def _setting_text(setting: Setting, detected: dict[str, str]) -> str:
    about = (setting.meaning, f"Takes: {setting.type}. Default: {setting.default}.")
    lines = [line for part in about for line in textwrap.wrap(part, 96, break_on_hyphens=False)]
    comment = "".join(f"# {line}\n" for line in lines)
    value = detected.get(setting.name)
    line = f"{setting.name} = {value}" if value else f"# {setting.name} = {setting.example}"
    return f"\n{comment}{line}\n"
