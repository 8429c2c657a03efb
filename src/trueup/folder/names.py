"""The rules of migration file names, as pure functions.

The git hook runs these on every commit, so this module imports nothing at all when it is
loaded: no re, no dataclasses, no typing (each costs more than the whole check).
"""

from __future__ import annotations

TYPE_CHECKING = False  # mypy takes the name for typing's; typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

VERSION_DIGITS = 14
LONGEST_VERSION = 20  # _migrations.version is VARCHAR(20)
LONGEST_SLUG = 200  # file systems allow 255 bytes for version, name and .sql together
SHAPE = "YYYYMMDDHHMMSS_snake_case_name.sql"
_DIGITS = frozenset("0123456789")
_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Name:
    """A migration's file name, taken apart: the leading digits and what follows the underscore."""

    __slots__ = ("name", "version")

    def __init__(self, version: str, name: str) -> None:
        self.version = version
        self.name = name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Name):
            return NotImplemented
        return (self.version, self.name) == (other.version, other.name)

    def __hash__(self) -> int:
        return hash((self.version, self.name))

    def __repr__(self) -> str:
        return f"Name(version={self.version!r}, name={self.name!r})"


class Problem:
    """What is wrong with a file name: a stable code, the fact, and the next step."""

    __slots__ = ("code", "hint", "message")

    def __init__(self, code: str, message: str, hint: str) -> None:
        self.code = code
        self.message = message
        self.hint = hint

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {self.message!r})"


class RefusedNameError(ValueError):
    """No migration can be named so; str() says why."""


def parse_name(file_name: str) -> Name | None:
    r"""The parts of a file name that is replayed, or None.

    The Supabase CLI takes `^([0-9]+)_(.*)\.sql$` (pkg/migration/list.go in supabase/cli); a line
    break in a name keeps its `.` from matching, here too.
    """
    if not file_name.endswith(".sql") or "\n" in file_name:
        return None
    version, underscore, name = file_name[: -len(".sql")].partition("_")
    if not underscore or not version or not _DIGITS.issuperset(version):
        return None
    return Name(version, name)


def check_name(file_name: str) -> list[Problem]:
    r"""Everything wrong with the name of a .sql file in the migrations folder.

    The contract is `^[0-9]{14}_[a-z0-9_]+\.sql$` with a real UTC time in the digits.
    """
    parsed = parse_name(file_name)
    if parsed is None:
        return [_not_a_migration(file_name)]
    problems = []
    if not _matches_contract(parsed):
        problems.append(_badly_named(file_name, parsed))
    if len(parsed.version) == VERSION_DIGITS and not is_real_time(parsed.version):
        problems.append(_impossible_time(parsed))
    if len(parsed.version) > LONGEST_VERSION:
        problems.append(_too_long(parsed))
    return problems


def _matches_contract(parsed: Name) -> bool:
    return (
        len(parsed.version) == VERSION_DIGITS
        and bool(parsed.name)
        and _NAME_LETTERS.issuperset(parsed.name)
    )


def _not_a_migration(file_name: str) -> Problem:
    return Problem(
        "migration_ignored",
        f"{shown(file_name)} is not replayed: its name does not start with digits and an"
        " underscore and end in .sql",
        f"rename it to {SHAPE} if it is a migration, or move it out of the folder",
    )


def _badly_named(file_name: str, parsed: Name) -> Problem:
    wrong = []
    if len(parsed.version) != VERSION_DIGITS:
        digits = "1 digit" if len(parsed.version) == 1 else f"{len(parsed.version)} digits"
        wrong.append(f"the version has {digits}, not {VERSION_DIGITS}")
    if not parsed.name:
        wrong.append("nothing stands between the underscore and .sql")
    elif strays := sorted(set(parsed.name) - _NAME_LETTERS):
        wrong.append(
            f"the name has {shown(' '.join(strays))} where only a-z, 0-9 and _ are allowed"
        )
    return Problem(
        "migration_name_bad",
        f"{shown(file_name)} is not named {SHAPE}: {'; '.join(wrong)}",
        "make the next one with `trueup new NAME`; rename this one only if no database ran it",
    )


def _impossible_time(parsed: Name) -> Problem:
    return Problem(
        "migration_date_impossible",
        f"version {parsed.version} is not a real UTC time",
        "make the next one with `trueup new NAME`; rename this one only if no database ran it",
    )


def _too_long(parsed: Name) -> Problem:
    return Problem(
        "migration_version_too_long",
        f"version {parsed.version} has {len(parsed.version)} digits;"
        f" the history table holds {LONGEST_VERSION}",
        f"rename the file to {SHAPE}",
    )


def is_real_time(version: str) -> bool:
    """Whether 14 digits are a UTC time that exists (YYYYMMDDHHMMSS)."""
    if len(version) != VERSION_DIGITS or not _DIGITS.issuperset(version):
        return False
    return _first_wrong_field(_fields(version)) is None


def _fields(version: str) -> list[int]:
    return [int(version[:4]), *(int(version[at : at + 2]) for at in range(4, VERSION_DIGITS, 2))]


def _first_wrong_field(fields: list[int]) -> int | None:
    """The index of the most significant field out of its range, or None."""
    for index, value in enumerate(fields):
        low, high = _range(index, fields)
        if not low <= value <= high:
            return index
    return None


def _range(index: int, fields: list[int]) -> tuple[int, int]:
    """The values that field `index` may take, given the fields before it."""
    if index == 2:
        return 1, _days_in(fields[0], fields[1])
    return ((1, 9999), (1, 12), (1, 31), (0, 23), (0, 59), (0, 59))[index]


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _DAYS[month - 1]


def version_at(now: datetime) -> str:
    """The version that a moment gives: its UTC time as YYYYMMDDHHMMSS."""
    from datetime import UTC  # only `new` needs it, never the hook

    utc = now.astimezone(UTC)
    return f"{utc.year:04}{utc.month:02}{utc.day:02}{utc.hour:02}{utc.minute:02}{utc.second:02}"


def next_version(existing: Iterable[str], now: datetime) -> str:
    """A version for now that sorts after every existing one, in the byte order of file names.

    A shorter version counts as if filled up with nines, because `_` sorts after every digit:
    20240101_a.sql comes after 20240101235959_b.sql. Raises RefusedNameError where no time is late
    enough (a version like 9, which sorts after every year).
    """
    digits = [v for v in existing if v and _DIGITS.issuperset(v)]
    latest = max((v[:VERSION_DIGITS].ljust(VERSION_DIGITS, "9") for v in digits), default="")
    current = version_at(now)
    return current if latest < current else _real_time_after(latest)


def _real_time_after(digits: str) -> str:
    """The first real time later than these 14 digits, which need not be one themselves."""
    fields = _fields(digits)
    wrong = _first_wrong_field(fields)
    if wrong is None:
        fields[5] += 1
        wrong = 5
    elif fields[wrong] < _range(wrong, fields)[0]:
        return _joined(fields[:wrong])
    else:
        wrong -= 1
        if wrong >= 0:
            fields[wrong] += 1
    return _carried(fields, wrong, digits)


def _carried(fields: list[int], at: int, digits: str) -> str:
    """The time with everything below field `at` at its start, `at` itself carried upwards."""
    while at >= 0 and fields[at] > _range(at, fields)[1]:
        at -= 1
        if at >= 0:
            fields[at] += 1
    if at < 0:
        raise RefusedNameError(f"no 14-digit version sorts after {digits}")
    return _joined(fields[: at + 1])


def _joined(fields: list[int]) -> str:
    full = [*fields, *(1, 1, 1, 0, 0, 0)[len(fields) :]]
    return f"{full[0]:04}" + "".join(f"{value:02}" for value in full[1:])


def slug(text: str) -> str:
    """`Add customer-Segments!` as add_customer_segments.

    Accents are dropped (é becomes e); every run of other characters becomes one underscore.
    Raises RefusedNameError where nothing is left or the name is too long for a file system.
    """
    plain = text.strip().removesuffix(".sql").casefold()
    if not plain.isascii():
        from unicodedata import combining, normalize  # rarely needed

        plain = "".join(c for c in normalize("NFKD", plain) if not combining(c))
    spaced = "".join(c if c in _NAME_LETTERS and c != "_" else " " for c in plain)
    made = "_".join(spaced.split())
    if not made:
        raise RefusedNameError(f"{shown(text)!r} has no letter a-z and no digit to make a name of")
    if len(made) > LONGEST_SLUG:
        raise RefusedNameError(f"the name has {len(made)} characters; at most {LONGEST_SLUG} fit")
    return made


def shown(text: str) -> str:
    """A file name fit for a message: control characters and bytes that are not UTF-8 escaped."""
    readable = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if readable.isprintable():
        return readable
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in readable)


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few of a list, and how many more there are."""
    more = len(names) - most
    return ", ".join(map(shown, names[:most])) + (f" and {more} more" if more > 0 else "")
