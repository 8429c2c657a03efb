"""The rules of the hook, over what is staged. Each returns complaints; none reads the work tree."""

from __future__ import annotations

import os
import time

from trueup.folder.layouts.signs import goes_down
from trueup.folder.names import check_name, parse_name, shown
from trueup.git.changes import Change
from trueup.git.complaint import WARNING, Complaint
from trueup.git.staged import LINK, SUBMODULE, Staged

_NAMES_SHOWN = 5
_CLOCK_TOLERANCE = 300  # seconds: clocks differ


def fresh(facts: Staged) -> dict[str, Change]:
    """The staged migrations whose content is new here: added or changed, and not simply what
    upstream or the other side of a merge has already."""
    known = [facts.upstream.files if facts.upstream else {}, facts.theirs]
    return {
        name: change
        for name, change in facts.changes.items()
        if change.status in ("A", "M", "T")
        and parse_name(name)
        and not any(files.get(name) == change.oid for files in known)
    }


def name_complaints(facts: Staged) -> list[Complaint]:
    """File names: the form, a real time, not in the future, and nothing but plain files."""
    found: list[Complaint] = []
    upstream = facts.upstream.files if facts.upstream else {}
    for name, change in sorted(facts.changes.items()):
        if change.status == "A" and name not in upstream and name not in facts.theirs:
            found += _name(facts, name, change)
    return found


def _name(facts: Staged, name: str, change: Change) -> list[Complaint]:
    path = facts.path(shown(name))
    if change.mode == SUBMODULE:
        return [
            Complaint(
                "migration_is_directory",
                path,
                f"{path} is a submodule, named like a migration",
                "a replay reads plain files",
                f"git rm --cached {path}",
            )
        ]
    if _stray_bytes(name):
        return [
            Complaint(
                "migration_name_not_utf8",
                path,
                f"the name of {path} is not UTF-8",
                "no history can hold it",
                "rename the file and stage it anew",
            )
        ]
    if goes_down(name, facts.index):
        return [
            Complaint(
                "migration_down_file",
                path,
                f"{path} is a down migration",
                "it would run like any other file: trueup has no down migrations",
                f"git rm --cached {_quoted(facts.path(name))}",
            )
        ]
    found = [
        Complaint(
            problem.code,
            path,
            problem.message,
            "files run in the order of their names, and the history is keyed by the version",
            _rename_command(facts, name),
        )
        for problem in check_name(name)
    ]
    return found or [*_link(path, change), *_future(path, name)]


def _stray_bytes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return False


def _rename_command(facts: Staged, name: str) -> str:
    """`git mv` to the nearest name that will do: the version kept where it is a real time."""
    from trueup.folder.names import VERSION_DIGITS, RefusedNameError, is_real_time, slug

    parsed = parse_name(name)
    version, rest = (parsed.version, parsed.name) if parsed else ("", name)
    if len(version) != VERSION_DIGITS or not is_real_time(version):
        version = _free_version(facts)
    try:
        better = f"{version}_{slug(rest or 'migration')}.sql"
    except RefusedNameError:
        better = f"{version}_describe_the_change.sql"
    return f"git mv {_quoted(facts.path(name))} {_quoted(facts.path(better))}"


def _free_version(facts: Staged) -> str:
    from datetime import UTC, datetime

    from trueup.folder.names import VERSION_DIGITS, RefusedNameError, next_version

    names = [*facts.index, *(facts.upstream.files if facts.upstream else ())]
    parsed = (parse_name(name) for name in names)
    proper = [each.version for each in parsed if each and len(each.version) == VERSION_DIGITS]
    try:
        return next_version(proper, datetime.now(UTC))
    except RefusedNameError:
        return "YYYYMMDDHHMMSS"


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)


def _link(path: str, change: Change) -> list[Complaint]:
    if change.mode != LINK:
        return []
    return [
        Complaint(
            "migration_symlink",
            path,
            f"{path} is a symbolic link: its SQL was not looked at",
            "a checkout on Windows may hold the link's text instead",
            severity=WARNING,
        )
    ]


def _future(path: str, name: str) -> list[Complaint]:
    parsed = parse_name(name)
    limit = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + _CLOCK_TOLERANCE))
    if parsed is None or parsed.version <= limit:
        return []
    return [
        Complaint(
            "migration_in_future",
            path,
            f"version {parsed.version} lies in the future (UTC)",
            "migrations made until then will be older than it",
            severity=WARNING,
        )
    ]


def duplicate_complaints(facts: Staged) -> list[Complaint]:
    """One version, one file: among the files of the index, and against upstream."""
    upstream = facts.upstream.files if facts.upstream else {}
    owners: dict[str, set[str]] = {}
    for name in [*facts.index, *(name for name in upstream if not _gone(facts, name))]:
        parsed = parse_name(name)
        if parsed and not goes_down(name, facts.index):
            owners.setdefault(parsed.version, set()).add(name)
    found = []
    for version, names in sorted(owners.items()):
        added = [n for n in names if _added(facts, n)]
        if len(names) > 1 and added:
            found.append(_duplicate(facts, version, sorted(names), sorted(added)))
    return found


def _gone(facts: Staged, name: str) -> bool:
    """Whether the staged commit takes the file away (a rename of an upstream file does)."""
    change = facts.changes.get(name)
    return change is not None and change.status == "D"


def _added(facts: Staged, name: str) -> bool:
    change = facts.changes.get(name)
    return change is not None and change.status == "A"


def _duplicate(facts: Staged, version: str, names: list[str], added: list[str]) -> Complaint:
    upstream = facts.upstream.files if facts.upstream else {}
    shared = [name for name in names if name in upstream]
    mine = next((name for name in reversed(added) if name not in upstream), added[-1])
    parsed = parse_name(mine)
    command = "trueup rebase" if shared and mine not in shared else ""
    if not command and parsed:
        better = f"{_free_version(facts)}_{parsed.name}.sql"
        command = f"git mv {_quoted(facts.path(mine))} {_quoted(facts.path(better))}"
    where = f" ({facts.upstream.shown} has {shared[0]})" if facts.upstream and shared else ""
    return Complaint(
        "migration_duplicate_version",
        facts.path(shown(mine)),
        f"version {version} is used by {len(names)} files: {', '.join(map(shown, names))}{where}",
        "the history records each version once, so the second file would never run",
        command,
    )


def order_complaints(facts: Staged) -> list[Complaint]:
    """A new file must sort after everything that upstream has: databases that ran upstream's
    files would otherwise run it out of order, or never."""
    if facts.upstream is None or not facts.upstream.files:
        return []
    latest = max(facts.upstream.files, key=os.fsencode)
    taken = {parsed.version for name in facts.upstream.files if (parsed := parse_name(name))}
    late = sorted(
        name
        for name in facts.index
        if name not in facts.upstream.files
        and os.fsencode(name) < os.fsencode(latest)
        and _version(name) not in taken
    )
    new = [name for name in late if name in facts.changes]
    old = [name for name in late if name not in facts.changes]
    return [*_older(facts, latest, new, ""), *_older(facts, latest, old, "an earlier commit's ")]


def _version(name: str) -> str:
    parsed = parse_name(name)
    return parsed.version if parsed else ""


def _older(facts: Staged, latest: str, names: list[str], whose: str) -> list[Complaint]:
    if not names or facts.upstream is None:
        return []
    lenient = bool(whose) or facts.busy == "rebase"
    return [
        Complaint(
            "migration_older_than_upstream",
            facts.path(shown(names[0])),
            f"{whose}{_some(names)} would run before {shown(latest)},"
            f" which {facts.upstream.shown} has already",
            "databases that ran that one would run this out of order, or never",
            _order_remedy(facts),
            severity=WARNING if lenient else "error",
        )
    ]


def _order_remedy(facts: Staged) -> str:
    if facts.busy == "rebase":
        return "finish what git is doing, then: trueup rebase"
    if facts.busy == "merge":
        return "git merge --abort; then, on the branch that has the file: trueup rebase"
    return "trueup rebase"


def upstream_complaints(facts: Staged) -> list[Complaint]:
    """What upstream has may have run anywhere: it is neither edited nor deleted."""
    if facts.upstream is None:
        return []
    files, ref = facts.upstream.files, facts.upstream
    touched = {name: change for name, change in facts.changes.items() if name in files}
    edited = [
        name
        for name, change in touched.items()
        if change.status in ("M", "T", "A") and _says_otherwise(facts, change.oid, files[name])
    ]
    deleted = [name for name, change in touched.items() if change.status == "D"]
    return [
        *_protected(facts, ref.shown, sorted(edited), "edited"),
        *_protected(facts, ref.shown, sorted(deleted), "deleted"),
    ]


def _says_otherwise(facts: Staged, mine: str, theirs: str) -> bool:
    """Whether two blobs differ in more than their line ends, which the checksum ignores too."""
    if mine == theirs:
        return False
    one, other = facts.objects.many([mine, theirs])
    if not one or not other or one.content is None or other.content is None:
        return True
    return one.content.replace(b"\r\n", b"\n") != other.content.replace(b"\r\n", b"\n")


def _protected(facts: Staged, ref: str, names: list[str], what: str) -> list[Complaint]:
    if not names:
        return []
    paths = " ".join(_quoted(facts.path(name)) for name in names[:_NAMES_SHOWN])
    if len(names) > _NAMES_SHOWN:
        paths = _quoted(facts.folder)
    passed_on = "is" if len(names) == 1 else "are"
    why = "databases that ran it will not run it again, so they would stay different"
    if what == "deleted":
        why = "databases that ran it have it in their history; a rename counts as deleting"
    return [
        Complaint(
            f"migration_upstream_{what}",
            facts.path(shown(names[0])),
            f"{_some(names)} {passed_on} {what}, and {ref} has it",
            why,
            f"git restore --source={ref} --staged --worktree -- {paths}",
        )
    ]


def _some(names: list[str]) -> str:
    if len(names) <= _NAMES_SHOWN:
        return ", ".join(map(shown, names))
    return f"{', '.join(map(shown, names[:_NAMES_SHOWN]))} and {len(names) - _NAMES_SHOWN} more"


def unmerged_complaints(facts: Staged) -> list[Complaint]:
    """Files that a merge left open."""
    return [
        Complaint(
            "index_unmerged",
            shown(path),
            f"{shown(path)} is not merged yet",
            "both sides of it are in the index",
            f"resolve it, then: git add {_quoted(path)}",
        )
        for path in facts.unmerged
    ]


def schema_presence(facts: Staged) -> list[Complaint]:
    """schema.sql goes with the migrations that change it."""
    path = facts.schema_file
    change = facts.schema_change
    if change is not None and change.status in ("A", "M", "T"):
        return []
    gone = change is not None and change.status == "D"
    return [
        Complaint(
            "schema_file_deleted" if gone else "schema_file_not_staged",
            path,
            f"{path} is deleted" if gone else f"{path} is not staged with the migrations",
            "it has to say what the migrations of the same commit give",
            f"trueup dump && git add {path}",
        )
    ]
