"""`trueup hook run` by the full command line: all options, and every refusal explained."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trueup import __version__
from trueup.diff.compare import compare
from trueup.diff.words import display
from trueup.errors import ConfigError, StatementFailed
from trueup.folder.names import parse_name
from trueup.folder.seals import blob_id, seal, seal_key
from trueup.git.complaint import WARNING, Complaint, of_finding
from trueup.git.hook import Outcome, judge_staged, project_in_repository, stale
from trueup.git.process import GitFailedError
from trueup.git.repository import explained
from trueup.git.staged import Staged
from trueup.git.telling import SKIP
from trueup.model.finding import Finding, Location, error
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.sql.schema_text import render
from trueup.workbench.replays import cut_alone, replay_for_file

if TYPE_CHECKING:
    from trueup.workbench.project import Project

_OBJECTS_SHOWN = 5


def run_by_hand(project: Project, *, upstream: str | None, replay: bool) -> Outcome:
    """Judges what is staged in the project's repository.

    Raises UsageError (`not_a_repository`, `bare_repository`), CannotTell (`git_missing`,
    `git_failed`), ConfigError for a staged trueup.toml that is not TOML, and with `replay` what
    the shadow raises.
    """
    root = project.settings.root
    try:
        with _in_place(project):
            return judge_staged(
                project_in_repository(str(root)),
                upstream=upstream,
                skip=os.environ.get(SKIP, ""),
                replay=(lambda facts: replayed(project, facts)) if replay else None,
            )
    except GitFailedError as problem:
        raise explained(problem, root) from None
    except ValueError as problem:
        raise ConfigError([_not_toml(problem)]) from None


@contextlib.contextmanager
def _in_place(project: Project) -> Iterator[None]:
    """git is asked from inside the repository. A hook is there already, and may be given a path
    of the index that only holds there."""
    if "GIT_INDEX_FILE" in os.environ:
        yield
        return
    with contextlib.chdir(project.settings.root):
        yield


def replayed(project: Project, facts: Staged) -> list[Complaint]:
    """Runs the migrations of the index on a shadow and compares what they give with the staged
    schema.sql, object by object where the texts differ."""
    migrations = list(_migrations(facts))
    try:
        stand = replay_for_file(project, migrations)
        goal = stand.schema
        text = render(goal)
        _remember(facts, text)
        staged = _schema_text(facts)
        if staged == text:
            return []
        loaded = stand.shadow.loaded(staged, facts.schema_file, migrations)
        given = cut_alone(project, stand.shadow, loaded)
    except StatementFailed as problem:
        return [of_finding(problem.finding())]
    return _differences(facts, goal, given)


def _migrations(facts: Staged) -> Iterator[Migration]:
    names = sorted(facts.index, key=os.fsencode)
    blobs = facts.objects.many(facts.index[name] for name in names)
    for name, blob in zip(names, blobs, strict=True):
        parsed = parse_name(name)
        if parsed and blob and blob.content is not None:
            yield Migration(parsed.version, parsed.name, facts.path(name), blob.content)


def _schema_text(facts: Staged) -> str:
    blob = facts.objects.get(facts.schema_id) if facts.schema_id else None
    content = (blob.content if blob else None) or b""
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _remember(facts: Staged, text: str) -> None:
    seal(seal_key(facts.index.items(), facts.config, __version__), blob_id(text.encode()))


def _differences(facts: Staged, goal: Schema, given: Schema) -> list[Complaint]:
    changes = compare(given, goal)
    if not changes:
        text_only = stale(facts.schema_file)
        text_only.code, text_only.severity = "schema_file_text_differs", WARNING
        text_only.what = f"{facts.schema_file} gives the same objects in another text"
        text_only.why = "the next change to it would not be a small diff"
        return [text_only]
    names = [display(change.key) for change in changes]
    more = f" and {len(names) - _OBJECTS_SHOWN} more" if len(names) > _OBJECTS_SHOWN else ""
    return [stale(facts.schema_file, f": {', '.join(names[:_OBJECTS_SHOWN])}{more}")]


def _not_toml(problem: ValueError) -> Finding:
    return error(
        "config_syntax",
        "trueup.toml",
        f"the staged trueup.toml can't be read: {problem}",
        "correct it, then git add trueup.toml",
        Location("trueup.toml"),
    )
