"""The signs of what other tools run on the way down, as data.

A file is run whole, so a Down part in it would run right after the Up part. The git hook looks at
this table, so the module imports nothing when it is loaded: patterns are text here, for
`folder.layouts.down` to compile.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Collection


class SectionSign:
    """Lines that divide a file. `down` and `up` are patterns of the whole line's beginning, with
    MULTILINE; `up` is "" where the tool marks only what comes after. `needs_up`: without an Up
    line the tool itself takes all of the file for the way up."""

    __slots__ = ("down", "needs_up", "tool", "up")

    def __init__(self, tool: str, down: str, up: str = "", *, needs_up: bool = False) -> None:
        self.tool = tool
        self.down = down
        self.up = up
        self.needs_up = needs_up


class FileSign:
    """Files that are a way down as a whole, by a part of their lower-case name: `inside` anywhere
    in it, or `ending`."""

    __slots__ = ("ending", "inside", "tool")

    def __init__(self, tool: str, *, inside: str = "", ending: str = "") -> None:
        self.tool = tool
        self.inside = inside
        self.ending = ending

    def fits(self, name: str) -> bool:
        """Whether a file name, in lower case, is of this kind."""
        return bool(self.inside and self.inside in name) or bool(
            self.ending and name.endswith(self.ending)
        )


_BLANKS = r"[^\S\n]*"
_ENDS = r"(?=\s|\Z)"

SECTIONS = (
    # pressly/goose 520411a internal/sqlparser/parser.go: a line of two dashes with +goose in it;
    # the word in any letter case, dashes and blanks around it as they come. It refuses a line that
    # begins with a blank, and so it is a sign all the same.
    SectionSign(
        "goose",
        r"^[ \t]*--[- \t]*\+goose[- \t]*(?i:down)[- \t\r]*$",
        r"^[ \t]*--[- \t]*\+goose[- \t]*(?i:up)[- \t\r]*$",
    ),
    # rubenv/sql-migrate 1a9ac40 sqlparse/sqlparse.go: from the first column, letter by letter.
    SectionSign(
        "sql-migrate",
        rf"^-- \+migrate {_BLANKS}Down{_ENDS}",
        rf"^-- \+migrate {_BLANKS}Up{_ENDS}",
    ),
    # amacneil/dbmate f3e08f1 pkg/dbmate/migration.go: from the first column, in lower case.
    SectionSign("dbmate", rf"^--{_BLANKS}migrate:down{_ENDS}", rf"^--{_BLANKS}migrate:up{_ENDS}"),
    # juanedi/micrate src/micrate/migration.cr: from the first column, letter by letter.
    SectionSign(
        "micrate",
        rf"^-- \+micrate {_BLANKS}Down{_BLANKS}$",
        rf"^-- \+micrate {_BLANKS}Up{_BLANKS}$",
    ),
    # elwinar/rambler 0ebb15b migration.go: from the first column, in lower case.
    SectionSign(
        "rambler", rf"^-- rambler{_BLANKS}down{_BLANKS}$", rf"^-- rambler{_BLANKS}up{_BLANKS}$"
    ),
    # salsita/node-pg-migrate 55b10c2 src/sqlMigration.ts: any letter case, dashes and blanks as
    # they come, what follows on the line does not matter.
    SectionSign(
        "node-pg-migrate",
        r"^[^\S\n]*--[-\s]*(?i:down\s+migration)",
        r"^[^\S\n]*--[-\s]*(?i:up\s+migration)",
        needs_up=True,
    ),
    # jackc/tern e73daa1 migrate/migrate.go: this text, once, wherever it stands.
    SectionSign("tern", r"---- create above / drop below ----"),
    # mybatis/migrations be16c95 MigrationReader.java: blanks as they come, upper case.
    SectionSign("MyBatis Migrations", r"^[ \t]*--[ \t]*//[ \t]*@UNDO"),
)

FILES = (
    # golang-migrate/migrate 18966c7 source/parse.go: `.down.` after the name; launchbadge/sqlx
    # 9d6bf66 sqlx-core/src/migrate/migration_type.rs and others: `.down.sql`.
    FileSign("golang-migrate, sqlx and others", inside=".down."),
    # yoyo-migrations 9.0.0 yoyo/migrations.py
    FileSign("yoyo", ending=".rollback.sql"),
)

# A word at the end of a name that says "back" where a file of the same name is there without it,
# or with `up` in its place.
BACK = ("down", "undo", "rollback", "revert")

# One of these, in lower case, is in every line that `SECTIONS` calls a Down line.
NEEDLES = (b"down", b"drop below", b"@undo")


def may_have_down(data: bytes) -> bool:
    """Whether a file may hold a Down line: the cheap test before the patterns are compiled."""
    lowered = data.lower()
    return any(needle in lowered for needle in NEEDLES)


def down_file_tool(name: str) -> str | None:
    """Whose way down a file of this name is, None where it is none by itself."""
    lowered = name.lower()
    return next((sign.tool for sign in FILES if sign.fits(lowered)), None)


def goes_down(name: str, names: Collection[str]) -> bool:
    """Whether a file is a way down as a whole: by its name, or beside another file of `names`."""
    return down_file_tool(name) is not None or has_twin(name, names)


def has_twin(name: str, names: Collection[str]) -> bool:
    """Whether the file is the way back of another of `names`."""
    stem = name.lower().removesuffix(".sql")
    word = next((word for word in BACK if stem.endswith(word)), "")
    base = stem[: -len(word)] if word else ""
    if not base or base[-1] not in "._-":
        return False
    wanted = (f"{base[:-1]}.sql", f"{base}up.sql")
    return any(other.lower() in wanted for other in names)
