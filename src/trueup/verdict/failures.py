"""A statement failed because an object is not there, or is there already: which one, where it
comes from, and which way out fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from trueup.model.finding import Finding, Location, error
from trueup.model.migration import Migration
from trueup.sql.deeds import COLUMN, FUNCTION, RELATION, TYPE, Deeds, Thing
from trueup.sql.tree import kind_of, parse_one
from trueup.verdict.of_extension import extension_of

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_ABSENT = frozenset(("42P01", "42703", "42883", "42704", "3F000"))
_THERE = frozenset(("42P07", "42701", "42723", "42710", "42P06"))
# Messages of PostgreSQL in English (src/backend/catalog/namespace.c, parser/parse_relation.c and
# others): a kind, a name, what it is of, and then that it does not exist, or does.
_MESSAGE = re.compile(
    r'^(?P<kind>[a-z][a-z -]*?) (?:"(?P<quoted>[^"]+)"|(?P<bare>[\w.$]+))(?P<arguments>\(.*\))?'
    r'(?: (?:of|for|on) (?:relation|table|view) "(?P<parent>[^"]+)")?'
    r"(?: named in key| referenced in .*)?"
    r" (?:does not exist|already exists)",
    re.DOTALL,
)
_KINDS = {
    "table": RELATION, "view": RELATION, "index": RELATION, "sequence": RELATION,
    "materialized view": RELATION, "procedure": FUNCTION, "aggregate": FUNCTION,
    "routine": FUNCTION, "domain": TYPE,
}  # fmt: skip
# How alike two names are that may be one misspelt (difflib: 1 is the same).
_NEARLY = 0.8
_TIME = "%Y%m%d%H%M%S"

# Where a parse tree has the one table that a statement is about.
_ABOUT = {"IndexStmt": "relation", "CreatePolicyStmt": "table", "CreateTrigStmt": "relation"}

Read = Callable[[Migration], Deeds]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who else has the object: labels of files (schema.sql, supabase/schemas/x.sql), and whether
    the database has it (None where it could not be asked)."""

    files: tuple[str, ...] = ()
    database: bool | None = None

    @property
    def found(self) -> bool:
        return bool(self.files) or bool(self.database)


def named_object(sqlstate: str, message: str) -> Thing | None:
    """The object that a refusal is about, None where it is about something else."""
    if sqlstate not in _ABSENT | _THERE:
        return None
    said = _MESSAGE.match(message)
    if said is None:
        return None
    kind = _KINDS.get(said["kind"], said["kind"])
    *before, name = (said["quoted"] or said["bare"]).split(".")
    parent = said["parent"] or ""
    if kind == COLUMN and before:  # column t.c does not exist: t may be an alias
        return Thing(kind, name, parent=parent)
    return Thing(kind, name, before[-1] if before else "", parent.rpartition(".")[2])


def of_its_table(thing: Thing, statement: str) -> Thing:
    """The thing with the table of the statement that failed, where that is about one table and
    PostgreSQL did not name it (a column that an index or a policy wants)."""
    if thing.parent or thing.kind != COLUMN:
        return thing
    tree = parse_one(statement)
    table = getattr(tree, _ABOUT.get(kind_of(tree), ""), None)
    return replace(thing, parent=table.relname) if table else thing


def is_absent(sqlstate: str) -> bool:
    """Whether the refusal says that something is not there (else: that it is)."""
    return sqlstate in _ABSENT


def is_there(sqlstate: str) -> bool:
    """Whether the refusal says that something is there already."""
    return sqlstate in _THERE


def explain_missing(
    thing: Thing, failing: Migration, files: Sequence[Migration], read: Read, has: Elsewhere
) -> Finding:
    """Where the missing object comes from. `files` are all migrations in their order."""
    at = files.index(failing)
    later = next((file for file in files[at + 1 :] if read(file).makes(thing)), None)
    if later:
        return _misordered(thing, failing, later, files)
    gone = next((f for f in reversed(files[:at]) if read(f).removes(thing)), None)
    if gone:
        return _finding(
            thing,
            failing,
            f"{_the(thing)} is not there any more: {gone.path} drops or renames it",
            f"change {failing.file_name} to use what {gone.file_name} left; if it ran before"
            f" {gone.file_name} where it was applied, give it the earlier version it had then",
        )
    maker = next((f for f in reversed(files[:at]) if read(f).makes(thing)), None)
    if maker:
        return _finding(
            thing,
            failing,
            f"{_the(thing)} should be there: {maker.path} makes it, unless that file failed itself"
            " or makes it only under a condition",
            f"mend {maker.file_name} first",
        )
    extension = extension_of(thing)
    if extension:
        return _of_extension(thing, extension, failing, files, read)
    if has.found:
        return _nowhere_in_files(thing, failing, has, _suggested(thing, failing, files, at))
    near = _near(thing, files[: at + 1], read)
    if near:
        made, file = near
        return _finding(
            thing,
            failing,
            f"no migration makes {_the(thing)}; {file.path} makes {made.name}",
            f"if {made.name} is meant, correct the name",
        )
    return _nowhere(thing, failing, has, _suggested(thing, failing, files, at))


def ignored_maker(thing: Thing, failing: Migration, path: str) -> Finding:
    """The missing object is made by a file that is not replayed, for its name."""
    return _finding(
        thing,
        failing,
        f"{_the(thing)} is made by {path}, which is not replayed: its name is none of a migration",
        f"rename it so that it sorts before {failing.file_name}: YYYYMMDDHHMMSS_name.sql",
    )


def explain_present(
    thing: Thing, failing: Migration, files: Sequence[Migration], read: Read
) -> Finding:
    """Who made the object that a file makes again."""
    before = files[: files.index(failing)]
    first = next((file for file in before if read(file).makes(thing)), None)
    if first is None:
        message = f"{_the(thing)} is there already before {failing.file_name} runs"
        hint = (
            "the platform, an extension or a DO block made it; CREATE ... IF NOT EXISTS, or DROP"
            " ... IF EXISTS before it, works with and without"
        )
    else:
        message = f"{_the(thing)} is there already: {first.path} makes it too"
        hint = (
            f"two files make it: take it out of {failing.file_name}, or guard it there (CREATE ..."
            " IF NOT EXISTS, DROP ... IF EXISTS before it); where the file was applied already,"
            f" `trueup repair --restamp {failing.version} --write` records the new text"
        )
    return error("object_exists", str(thing), message, hint, Location(failing.path))


def _near(thing: Thing, files: Sequence[Migration], read: Read) -> tuple[Thing, Migration] | None:
    """An object of the same kind whose name is nearly this one, and what makes it."""
    names = {
        made.name: (made, file)
        for file in files
        for made in read(file).made
        if made.kind == thing.kind and made.name != thing.name
    }
    close = get_close_matches(thing.name, names, n=1, cutoff=_NEARLY)
    return names[close[0]] if close else None


def _misordered(
    thing: Thing, failing: Migration, later: Migration, files: Sequence[Migration]
) -> Finding:
    at = files.index(failing)
    free = _free_version(files, at)
    to = f" to {free}_{later.name}.sql" if free else f" so that it sorts before {failing.file_name}"
    return _finding(
        thing,
        failing,
        f"{_the(thing)} is not there yet: {later.path} makes it, and runs later",
        f"rename {later.file_name}{to} if it needs nothing that runs in between, else move what"
        f" makes {thing.name} into {_suggested(thing, failing, files, at)}; where"
        f" {later.file_name} was applied already, `trueup repair --forget {later.version} --write`"
        f" and `trueup mark-applied {free or 'VERSION'}` let history follow",
    )


def _of_extension(
    thing: Thing, extension: str, failing: Migration, files: Sequence[Migration], read: Read
) -> Finding:
    wanted, at = Thing("extension", extension), files.index(failing)
    enabled = next((file for file in files if read(file).makes(wanted)), None)
    create = f'CREATE EXTENSION IF NOT EXISTS "{extension}"'
    what = f"{_the(thing)} belongs to the extension {extension}"
    if enabled is None or enabled is failing:
        message = f"{what}, which no migration enables before {failing.file_name} needs it"
        hint = f"write `{create};` ahead of it"
        if thing.kind in (TYPE, FUNCTION) and not thing.schema:
            hint += (
                "; where the platform has the extension, write its schema before the name (on"
                f" Supabase extensions.{thing.name})"
            )
    elif files.index(enabled) > at:
        message = f"{what}, which {enabled.path} enables, and that runs later"
        hint = f"write `{create};` ahead of it: where it is there already, that does nothing"
    else:
        message = f"{what}, which {enabled.path} enables: the search path does not lead to it here"
        hint = f"write the extension's schema before the name, such as extensions.{thing.name}"
    return _finding(thing, failing, message, hint)


def _nowhere_in_files(thing: Thing, failing: Migration, has: Elsewhere, suggested: str) -> Finding:
    sides = [*has.files, *(["the database"] if has.database else [])]
    return _finding(
        thing,
        failing,
        f"no migration makes {_the(thing)}, but {_and(sides)} {_have(sides)} it: part of the"
        " history is not in the migrations",
        f"write what is missing as {suggested} (it must sort before {failing.file_name}) and"
        f" `trueup mark-applied {_version(suggested)}` where the database has it; or start over"
        " from what the database is: `trueup baseline --squash`",
    )


def _nowhere(thing: Thing, failing: Migration, has: Elsewhere, suggested: str) -> Finding:
    asked = "" if has.database is None else ", and neither has the database"
    return _finding(
        thing,
        failing,
        f"no migration makes {_the(thing)}{asked}: the name is wrong, or it was made elsewhere (a"
        " dashboard, an ORM, another folder)",
        f"correct the name; or write what is missing as {suggested} (it must sort before"
        f" {failing.file_name}); or start over from a database that has it:"
        " `trueup baseline --squash" + ("`" if has.database is False else " --database-url URL`"),
    )


def _finding(thing: Thing, failing: Migration, message: str, hint: str) -> Finding:
    return error("missing_object", str(thing), message, hint, Location(failing.path))


def _the(thing: Thing) -> str:
    return str(thing)


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _have(sides: Sequence[str]) -> str:
    return "has" if len(sides) == 1 else "have"


def _suggested(thing: Thing, failing: Migration, files: Sequence[Migration], at: int) -> str:
    folder = failing.path.rpartition("/")[0]
    spots = (_free_version(files, number) for number in range(at, -1, -1))
    free = next(filter(None, spots), "VERSION")
    words = re.sub(r"[^a-z0-9]+", "_", (thing.parent or thing.name).lower()).strip("_")
    return f"{folder}/{free}_create_{words}.sql"


def _version(path: str) -> str:
    return path.rpartition("/")[2].partition("_")[0]


def _free_version(files: Sequence[Migration], at: int) -> str | None:
    """A version that sorts right before the file at `at`; None where there is no room."""
    version = files[at].version
    try:
        before = (datetime.strptime(version, _TIME) - timedelta(seconds=1)).strftime(_TIME)
    except ValueError:
        before = str(int(version) - 1).zfill(len(version)) if int(version or 0) else ""
    taken = files[at - 1].version if at else ""
    return before if before > taken else None
