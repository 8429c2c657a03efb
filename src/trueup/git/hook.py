"""`trueup hook run`: everything that is judged, in order, on as few git calls as there can be."""

from __future__ import annotations

import os

from trueup import __version__
from trueup.folder.names import check_name
from trueup.folder.seals import known_schemas, seal_key
from trueup.git import rules
from trueup.git.changes import Change, may_matter, staged_changes
from trueup.git.complaint import ERROR, NOTE, WARNING, Complaint
from trueup.git.config_light import CONFIG
from trueup.git.process import git
from trueup.git.staged import (
    LINK,
    SUBMODULE,
    UPSTREAMS,
    Staged,
    read_staged,
)
from trueup.git.texts import (
    LARGEST,
    LARGEST_PARSED,
    migration_complaints,
    not_parsed,
    schema_file_complaints,
)
from trueup.model.schema_marks import HEADER
from trueup.platform.files import CONFIG as SUPABASE

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Callable

# Every code the hook can report; TRUEUP_SKIP takes any of them.
CODES = frozenset(
    (
        "index_unmerged",
        "migration_conflict",
        "migration_date_impossible",
        "migration_down_file",
        "migration_down_section",
        "migration_duplicate_version",
        "migration_ignored",
        "migration_in_future",
        "migration_is_directory",
        "migration_name_bad",
        "migration_name_not_utf8",
        "migration_not_parsed",
        "migration_not_utf8",
        "migration_nul",
        "migration_older_than_upstream",
        "migration_symlink",
        "migration_syntax",
        "migration_too_large",
        "migration_upstream_deleted",
        "migration_upstream_edited",
        "migration_version_too_long",
        "psql_command_unsupported",
        "schema_file_conflict",
        "schema_file_deleted",
        "schema_file_empty",
        "schema_file_not_staged",
        "schema_file_not_utf8",
        "schema_file_nul",
        "schema_file_stale",
        "schema_file_too_large",
        "schema_file_truncated",
        "statement_failed",
        "upstream_unknown",
    )
)


class Outcome:
    """What came of it. `migrations` is how many staged migrations were judged; `replay` what is
    known of schema.sql: True it is what the migrations give, False it is not, None not looked at.
    `skipped` are codes that TRUEUP_SKIP let pass, `unknown_skips` codes that do not exist."""

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self.migrations = 0
        self.replay: bool | None = None
        self.skipped: list[str] = []
        self.unknown_skips: list[str] = []

    @property
    def errors(self) -> int:
        """How many complaints refuse the commit."""
        return sum(complaint.severity == ERROR for complaint in self.complaints)


def judge_staged(
    project: str,
    changes: list[Change] | None = None,
    upstream: str | None = None,
    skip: str = "",
    replay: Callable[[Staged], list[Complaint]] | None = None,
) -> Outcome:
    """Judges what is staged in the project at `project` (relative to the repository's top).

    `changes` are the staged changes where they have been read already; `upstream` is a ref to
    compare with instead of the configured one, `skip` the value of TRUEUP_SKIP, `replay` what
    runs the staged migrations where that is asked for. Raises GitFailedError, and ValueError for
    a trueup.toml that is not TOML.
    """
    outcome = Outcome()
    changes = staged_changes() if changes is None else changes
    if not may_matter(changes):
        return outcome
    facts = read_staged(project, changes, upstream)
    try:
        if facts.changes or facts.schema_change or facts.unmerged:
            _judge(facts, outcome, replay)
            _let_pass(outcome, skip)
    finally:
        facts.objects.close()
    return outcome


def _judge(
    facts: Staged, outcome: Outcome, replay: Callable[[Staged], list[Complaint]] | None
) -> None:
    found = outcome.complaints
    outcome.migrations = len(facts.changes)
    found += rules.unmerged_complaints(facts)
    found += rules.name_complaints(facts)
    found += rules.duplicate_complaints(facts)
    found += rules.order_complaints(facts)
    found += rules.upstream_complaints(facts)
    if facts.changes and facts.upstream is None:
        found.append(_no_upstream(facts))
    known = _sealed(facts)
    outcome.replay = facts.schema_id in known if known else None
    if outcome.replay is not True:
        found += _texts(facts)
        found += _schema_file(facts, known)
    if replay and outcome.replay is None and not outcome.errors:
        told = replay(facts)
        found += told
        outcome.replay = not told


def _no_upstream(facts: Staged) -> Complaint:
    named = facts.upstream_named
    tried = named or ", ".join(ref.removeprefix("refs/remotes/") for ref in (*UPSTREAMS, "main"))
    return Complaint(
        "upstream_unknown",
        "",
        f"not compared with upstream: there is no {tried} here",
        "whether a version is taken there, or a migration it has is edited, was not checked",
        "git fetch origin, or say `upstream` in trueup.toml",
        severity=WARNING if named else NOTE,
    )


def _sealed(facts: Staged) -> list[str]:
    """The schema.sql texts that replays of exactly the index's migrations gave, as blob ids.

    They say nothing about a schema.sql that another tool wrote: its text is another anyway.
    """
    known = known_schemas(seal_key(facts.index.items(), facts.config, __version__))
    if not known or facts.schema_id in known or facts.schema_id is None:
        return known
    staged = facts.objects.get(facts.schema_id, LARGEST)
    ours = staged is not None and (staged.content or b"").startswith(HEADER.encode())
    return known if ours else []


def _texts(facts: Staged) -> list[Complaint]:
    """What is wrong inside the new migrations."""
    wanted = [
        (facts.path(name), change.oid)
        for name, change in sorted(rules.fresh(facts).items())
        if change.mode not in (LINK, SUBMODULE)
    ]
    found: list[Complaint] = []
    blobs = facts.objects.many((oid for _, oid in wanted), LARGEST)
    for (path, _), blob in zip(wanted, blobs, strict=True):
        if blob is None:
            continue
        if blob.content is not None and blob.size > LARGEST_PARSED:
            found.append(not_parsed(path, blob.size))
        found += migration_complaints(path, blob)
    return found


def _schema_file(facts: Staged, known: list[str]) -> list[Complaint]:
    found: list[Complaint] = []
    change = facts.schema_change
    if change is not None and change.status in ("A", "M", "T"):
        blob = facts.objects.get(change.oid, LARGEST)
        found += schema_file_complaints(facts.schema_file, blob) if blob else []
    if facts.changes and any(_replayed(name) for name in facts.changes):
        found += rules.schema_presence(facts)
    if known and not found and facts.schema_id is not None:
        found.append(stale(facts.schema_file))
    return found


def _replayed(name: str) -> bool:
    return all(problem.code != "migration_ignored" for problem in check_name(name))


def stale(path: str, detail: str = "") -> Complaint:
    """schema.sql says something else than a replay of the staged migrations."""
    return Complaint(
        "schema_file_stale",
        path,
        f"{path} is not what the staged migrations give{detail}",
        "whoever builds from it gets another schema than whoever runs the migrations",
        f"trueup dump && git add {path}",
    )


def _let_pass(outcome: Outcome, skip: str) -> None:
    """Takes out what TRUEUP_SKIP names; what it named is told."""
    asked = [code.strip() for code in skip.split(",") if code.strip()]
    if not asked:
        return
    outcome.unknown_skips = [code for code in asked if code not in CODES]
    outcome.skipped = sorted({c.code for c in outcome.complaints if c.code in asked})
    outcome.complaints = [c for c in outcome.complaints if c.code not in asked]


def project_in_repository(directory: str | None) -> str:
    """The project's directory relative to the top of the work tree, "" for the top.

    git runs hooks at the top; by hand it is looked for from here upwards. Without `directory` the
    project is the nearest directory that has a trueup.toml or a supabase/config.toml. Raises
    GitFailedError outside of a work tree.
    """
    here = os.getcwd()  # noqa: PTH109
    top = here if os.environ.get("GIT_INDEX_FILE") else _top(here)
    if top is None:
        top = os.fsdecode(git(["rev-parse", "--show-toplevel"])).rstrip("\n")
    place = os.path.realpath(directory) if directory else _nearest(here, top)
    relative = os.path.relpath(place, os.path.realpath(top))
    return "" if relative == "." else relative


def _top(here: str) -> str | None:
    place = here
    while not os.path.lexists(f"{place}/.git"):
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place or "GIT_DIR" in os.environ:
            return None
        place = above
    return place


def _nearest(here: str, top: str) -> str:
    place, top = os.path.realpath(here), os.path.realpath(top)
    while place != top and place != os.path.dirname(place):  # noqa: PTH120
        if any(os.path.lexists(f"{place}/{mark}") for mark in (CONFIG, SUPABASE)):
            return place
        place = os.path.dirname(place)  # noqa: PTH120
    return top
