"""What `init` writes for agents: the entry in .mcp.json, the section of CLAUDE.md and AGENTS.md.

Needs nothing of the MCP SDK, so that it works where only the command line is installed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from trueup.config.settings import Settings
from trueup.errors import UsageError
from trueup.folder.atomic import create_exclusive, write_atomic
from trueup.model.finding import Location
from trueup.ops.init import InitOptions, Written, register_writer

CONFIG: Final = ".mcp.json"
# What agents of Supabase projects call already is named after the server.
DROP_IN, OWN = "supabase", "trueup"
_BEGIN: Final = "<!-- trueup: this section is written by `trueup init --agents` -->"
_END: Final = "<!-- /trueup -->"
_GUIDES: Final = ("AGENTS.md", "CLAUDE.md")


def register() -> None:
    """Makes `init` offer `mcp` and `agents`."""
    register_writer("mcp", write_mcp)
    register_writer("agents", write_agents)


def write_mcp(settings: Settings, options: InitOptions) -> Sequence[Written]:
    """The entry in .mcp.json, which Claude Code and others read. An entry that is there stays as
    it is, unless `options.force`; a server of another maker under the same name stays anyway, and
    ours gets its own name. Raises UsageError (`mcp_config_broken`)."""
    path = settings.root / CONFIG
    config = _read(path)
    servers = config.setdefault("mcpServers", {})
    if not isinstance(servers, dict):
        raise _broken("mcpServers is not an object", None)
    name = DROP_IN if _is_supabase(settings) else OWN
    note = ""
    if name in servers and not _is_ours(servers[name]):
        note = f"{name} is another server's name already, so this one is called {OWN}"
        name = OWN
    if name in servers and not options.force:
        return [Written(CONFIG, "kept", note or f"it has {name} already")]
    existed = path.exists()
    servers[name] = {"command": "trueup", "args": ["mcp"]}
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    write_atomic(path, text.encode(), root=settings.root)
    return [Written(CONFIG, "replaced" if existed else "created", note or f"server {name}")]


def _is_supabase(settings: Settings) -> bool:
    return settings.resolved_platform == "supabase" or (settings.root / "supabase").is_dir()


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise _broken("it is not UTF-8", None) from None
    try:
        config = json.loads(text)
    except ValueError as problem:
        raise _broken(str(problem), getattr(problem, "lineno", None)) from None
    if not isinstance(config, dict):
        raise _broken("it does not hold an object", None)
    return config


def _broken(why: str, line: int | None) -> UsageError:
    return UsageError(
        f"{CONFIG} can't be read: {why}",
        code="mcp_config_broken",
        hint="correct it, or move it away; nothing was written to it",
        location=Location(CONFIG, line),
    )


def _is_ours(entry: Any) -> bool:
    """Whether an entry starts trueup, in whichever way."""
    if not isinstance(entry, dict):
        return False
    words = [str(entry.get("command", "")), *map(str, entry.get("args") or ())]
    return any(Path(word).name == "trueup" for word in words) and "mcp" in words


def write_agents(settings: Settings, options: InitOptions) -> Sequence[Written]:
    """The section of the guides that are there (AGENTS.md, CLAUDE.md), AGENTS.md where there is
    none: added at the end, or brought up to date between its marks."""
    there = [name for name in _GUIDES if (settings.root / name).exists()]
    seen: set[Path] = set()
    written: list[Written] = []
    for name in there or _GUIDES[:1]:
        real = (settings.root / name).resolve()
        if real not in seen:  # one is often a link to the other
            seen.add(real)
            written.append(_write_section(settings.root, name))
    return written


def _write_section(root: Path, name: str) -> Written:
    path = root / name
    section = f"{_BEGIN}\n{_guide().strip()}\n{_END}\n"
    if not path.exists():
        create_exclusive(path, section.encode())
        return Written(name, "created")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Written(name, "kept", "it is not UTF-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if begin and not end:
        return Written(name, "kept", f"its trueup section has lost its last line, {_END}")
    if begin:
        new = before + section + after.removeprefix("\n")
    else:
        new = f"{text.rstrip()}\n\n{section}" if text.strip() else section
    changed = write_atomic(path, new.encode(), root=root)
    return Written(name, "replaced" if changed else "kept", "the trueup section")


def _guide() -> str:
    return files("trueup.mcp_server").joinpath("agents.md").read_text(encoding="utf-8")
