"""The few settings that the hook needs, without loading the configuration.

trueup.toml is read line by line as long as every line that matters has the plainest form; any
doubt (another kind of string, a table before the key, a syntax error) is left to tomllib.
"""

from __future__ import annotations

from trueup.platform.files import MIGRATIONS

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = "trueup.toml"
PYPROJECT = "pyproject.toml"
WANTED = ("migrations_dir", "schema_file", "upstream")
DEFAULT_FOLDERS = (MIGRATIONS, "migrations")
DEFAULT_SCHEMA_FILE = "schema.sql"


class HookSettings:
    """What the hook goes by. `folder` is None where the configuration leaves it to the default;
    paths are relative to the project."""

    __slots__ = ("folder", "schema_file", "upstream")

    def __init__(self, folder: str | None, schema_file: str, upstream: str | None) -> None:
        self.folder = folder
        self.schema_file = schema_file
        self.upstream = upstream


def hook_settings(own: bytes | None, pyproject: bytes | None) -> HookSettings:
    """From the bytes of trueup.toml and pyproject.toml, None for one that is not there.

    Raises ValueError (tomllib's) for a file that is not TOML.
    """
    values: Mapping[str, object] = {}
    if pyproject is not None and b"trueup" in pyproject:
        values = _table(_parsed(pyproject))
    if own is not None:
        values = _plain(own) or values
    folder = _path(values.get("migrations_dir"))
    upstream = values.get("upstream")
    return HookSettings(
        folder,
        _path(values.get("schema_file")) or DEFAULT_SCHEMA_FILE,
        upstream if isinstance(upstream, str) else None,
    )


def _plain(data: bytes) -> Mapping[str, object]:
    values: dict[str, object] = {}
    for line in data.split(b"\n"):
        text = line.strip()
        if text.startswith(b"["):
            break  # what follows belongs to a table, unless a multi-line string fooled us
        key = next((key for key in WANTED if key.encode() in text), None)
        if key is None or text.startswith(b"#"):
            continue
        name, _, value = text.partition(b"=")
        value = value.strip()
        inner = value[1:-1]
        if name.strip() != key.encode() or value[:1] + value[-1:] != b'""' or _odd(inner):
            return _parsed(data)
        values[key] = inner.decode()
    return _parsed(data) if b'"""' in data or b"'''" in data else values


def _odd(inner: bytes) -> bool:
    return b'"' in inner or b"\\" in inner or not inner.isascii()


def _parsed(data: bytes) -> Mapping[str, object]:
    import tomllib

    return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))


def _table(pyproject: Mapping[str, object]) -> Mapping[str, object]:
    tool = pyproject.get("tool")
    own = tool.get("trueup") if isinstance(tool, dict) else None
    return own if isinstance(own, dict) else {}


def _path(value: object) -> str | None:
    """A configured path as git spells it; None where it is no path inside the project."""
    if not isinstance(value, str) or not value or value.startswith("/"):
        return None
    parts: list[str] = []
    for part in value.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."
