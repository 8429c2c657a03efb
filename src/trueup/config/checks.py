"""One check for each setting: the value as trueup uses it, or every reason why it won't do."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trueup.config.project import is_folder
from trueup.config.secret import DatabaseUrl
from trueup.config.settings import Allowed
from trueup.config.toml import TomlFile
from trueup.model import finding
from trueup.model.finding import Finding, Location
from trueup.platform.postgres import NEWEST, OLDEST

if TYPE_CHECKING:
    from trueup.config.keys import KeyPath

LONGEST_NAME: Final = 63  # bytes; NAMEDATALEN - 1 of PostgreSQL
LONGEST_TIMEOUT: Final = 2_147_483  # seconds; PostgreSQL keeps milliseconds in 32 bits
LONGEST_WAIT: Final = 86_400
ENV: Final = "env:"
_ALLOW_KEYS: Final = ("object", "reason", "expires")


@dataclass(frozen=True)
class Given:
    """A value as somebody gave it, and where: in a file, or by an option of the command line."""

    name: str
    value: Any
    source: str
    root: Path
    file: TomlFile | None = None
    path: KeyPath = ()
    problems: list[Finding] = field(default_factory=list)

    def place(self, *below: str | int) -> Location | None:
        """Where the value stands, or the part of it that `below` leads to."""
        return self.file.value_location((*self.path, *below)) if self.file else None

    def bad(
        self, message: str, hint: str = "", *below: str | int, code: str = "config_bad_value"
    ) -> None:
        """Notes why the value won't do."""
        subject = self.name if self.file else self.source
        hint = hint or "docs/configuration.md lists every setting"
        self.problems.append(finding.error(code, subject, message, hint, self.place(*below)))

    def wrong_type(self, wanted: str, value: object, *below: str | int, hint: str = "") -> None:
        """Notes that the value is of another type than `wanted` (in words)."""
        what = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in below)
        self.bad(
            f"{self.name}{what} must be {wanted}, not {described(value)}",
            hint,
            *below,
            code="config_wrong_type",
        )


Check = Callable[[Given], Any]


def described(value: object) -> str:
    """A TOML value in a message: its type, and the value itself where it is short and harmless."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, date):
        return "a date"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 and "://" not in value else "a text"
    return "a list" if isinstance(value, list | tuple) else "a table"


def boolean(given: Given) -> bool | None:
    """true or false."""
    if isinstance(given.value, bool):
        return given.value
    given.wrong_type("true or false", given.value)
    return None


def whole(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(given: Given) -> int | None:
        value = given.value
        if not isinstance(value, int) or isinstance(value, bool):
            given.wrong_type(f"a whole number from {low} to {high}", value)
        elif not low <= value <= high:
            given.bad(f"{given.name} must be from {low} to {high}, not {value}")
        else:
            return value
        return None

    return check


def seconds(high: int) -> Check:
    """A number of seconds from 0 to `high`."""

    def check(given: Given) -> float | None:
        value = given.value
        if not isinstance(value, int | float) or isinstance(value, bool):
            hint = "write seconds as a plain number: 5, or 0.5 for half a second"
            given.wrong_type("a number of seconds", value, hint=hint)
        elif not 0 <= value <= high:  # nan is not in the range either
            given.bad(f"{given.name} must be from 0 to {high} seconds, not {value}")
        else:
            return float(value)
        return None

    return check


def one_of(*words: str) -> Check:
    """One of a few words."""
    wanted = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'

    def check(given: Given) -> str | None:
        value = given.value
        if isinstance(value, str) and value in words:
            return value
        if isinstance(value, str):
            given.bad(f"{given.name} must be {wanted}, not {described(value)}")
        else:
            given.wrong_type(wanted, value)
        return None

    return check


def name(given: Given) -> str | None:
    """The name of a database."""
    return _name(given, given.value)


def _name(given: Given, value: object, *below: str | int) -> str | None:
    if not isinstance(value, str):
        given.wrong_type("a name", value, *below)
    elif not value or "\0" in value:
        given.bad(f"{given.name} has a name that is empty or holds a NUL", "", *below)
    elif len(value.encode()) > LONGEST_NAME:
        given.bad(
            f"{given.name} has a name of {len(value.encode())} bytes; PostgreSQL allows"
            f" {LONGEST_NAME}",
            "PostgreSQL cuts longer names: write the name as the database has it",
            *below,
        )
    else:
        return value
    return None


def ref(given: Given) -> str | None:
    """The name of a branch, as git takes it."""
    value = given.value
    if not isinstance(value, str):
        given.wrong_type("the name of a branch", value)
    elif not value or value.startswith("-") or any(c.isspace() or c in "\0:^~" for c in value):
        given.bad(f"{given.name} is not the name of a branch", 'write upstream = "origin/main"')
    else:
        return value
    return None


def schemas(given: Given) -> tuple[str, ...] | None:
    """At least one schema, none of them PostgreSQL's own, none twice."""
    value = given.value
    if not isinstance(value, list | tuple):
        hint = f'write {given.name} = ["public"]'
        given.wrong_type("a list of names", value, hint=hint)
        return None
    if not value:
        given.bad("schemas is empty, so nothing would be compared", 'write schemas = ["public"]')
        return None
    for index, item in enumerate(value):
        schema = _name(given, item, index)
        if schema is None:
            continue
        if schema.startswith("pg_") or schema == "information_schema":
            given.bad(f"schema {schema} is PostgreSQL's own", "leave it out", index)
        elif item in value[:index]:
            given.bad(f"schema {schema} is named twice", "leave one of them out", index)
    return tuple(value)


def path_inside(given: Given) -> Path | None:
    """A path inside the project, as an absolute one."""
    value = given.value
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str):
        given.wrong_type("a path", value)
    elif not value or "\0" in value:
        given.bad(f"{given.name} is not a path: it is empty or holds a NUL")
    else:
        return _inside(given, value)
    return None


def optional_path(given: Given) -> Path | None:
    """The same, of a folder that must exist; an empty text for none."""
    if given.value == "":
        return None
    path = path_inside(given)
    if path and not is_folder(path):
        given.bad(
            f"{given.name}: there is no folder {given.value}",
            "create it, or take the line out",
            code="config_path_missing",
        )
    return path


def _inside(given: Given, value: str) -> Path | None:
    path = Path(os.path.normpath(given.root / value))
    real = Path(os.path.realpath(path))  # Path.resolve raises on a loop of links
    if path.is_relative_to(given.root) and real.is_relative_to(os.path.realpath(given.root)):
        return path
    given.bad(
        f"{given.name}: {value} lies outside of the project {given.root}",
        "a clone of the repository would lack it; name a path inside,"
        " or the project that holds it with -C DIR",
        code="config_path_outside",
    )
    return None


def url(given: Given) -> str | None:
    """A connection string, or env:NAME; its value is never shown."""
    value = given.value
    if not isinstance(value, str) or not value:
        kind = "an empty text" if value == "" else described(value)
        given.bad(f"{given.name} must be a URL or env:NAME, not {kind}", code="config_wrong_type")
    elif value.startswith(ENV):
        variable = value.removeprefix(ENV)
        if variable.isascii() and variable.isidentifier():
            return value
        given.bad(f"{given.name} names no environment variable after env:")
    elif given.file and not DatabaseUrl(value, given.name).is_postgres:
        given.bad(
            f"{given.name} is not a PostgreSQL connection string",
            "write postgresql://user@host:5432/name, or env:NAME",
        )
    else:
        return value
    return None


def allow(given: Given) -> tuple[Allowed, ...] | None:
    """The known differences."""
    if not isinstance(given.value, list | tuple):
        given.wrong_type("a list of tables", given.value, hint="write [[allow]] above each")
        return None
    entries = (_allowed(given, entry, index) for index, entry in enumerate(given.value))
    return tuple(entry for entry in entries if entry)


def _allowed(given: Given, entry: object, index: int) -> Allowed | None:
    if not isinstance(entry, Mapping):
        given.wrong_type("a table", entry, index, hint="write [[allow]] above each")
        return None
    before = len(given.problems)
    for key in entry:
        if key not in _ALLOW_KEYS:
            message, hint = unknown(f"allow.{key}", key, _ALLOW_KEYS)
            given.bad(message, hint, index, key, code="config_unknown_key")
    for key in ("object", "reason"):
        _required_text(given, entry, index, key)
    expires = entry.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        hint = "write it without quotes: expires = 2030-12-31"
        given.wrong_type("a date", expires, index, "expires", hint=hint)
    if len(given.problems) > before:
        return None
    return Allowed(entry["object"], entry["reason"], expires, given.place(index))


def _required_text(given: Given, entry: Mapping[str, object], index: int, key: str) -> None:
    value = entry.get(key)
    if value is None:
        given.bad(f"allow[{index}] has no {key}", f'add {key} = "…"', index)
    elif not isinstance(value, str):
        given.wrong_type("a text", value, index, key)
    elif not value.strip():
        given.bad(f"allow[{index}].{key} is empty", f"say the {key}", index, key)


def unknown(shown: str, key: str, known: tuple[str, ...]) -> tuple[str, str]:
    """Message and hint for a key that does not exist."""
    from difflib import get_close_matches  # slow to import, and only needed for mistakes

    near = get_close_matches(key.lower().replace("-", "_"), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
    return f"{shown} is not a setting of trueup", hint


CHECKS: Final[Mapping[str, Check]] = {
    "migrations_dir": path_inside,
    "schema_file": path_inside,
    "declarative_dir": optional_path,
    "schemas": schemas,
    "privileges": boolean,
    "managed": boolean,
    "extensions": one_of("all", "needed", "none"),
    "platform": one_of("auto", "postgres", "supabase"),
    "postgres": whole(OLDEST, NEWEST),
    "database_name": name,
    "replay_database": name,
    "auto_expose_new_tables": boolean,
    "lock_timeout": seconds(LONGEST_TIMEOUT),
    "lock_retries": whole(0, 1000),
    "lock_wait": seconds(LONGEST_WAIT),
    "statement_timeout": seconds(LONGEST_TIMEOUT),
    "database_url": url,
    "shadow_url": url,
    "upstream": ref,
    "lint": one_of("pending", "all", "off"),
    "allow": allow,
}
