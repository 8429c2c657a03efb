"""Which migrations a merge brings together. git hands its driver three texts of schema.sql and no
commits, so the commits are looked for, and believed only where they hold those very texts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.folder.names import parse_name
from trueup.folder.seals import blob_id
from trueup.git.process import Objects, git, has, tree_entries
from trueup.model.migration import Migration
from trueup.ops.merge import BothSides, Texts, merged_files

_PICKING = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")


@dataclass(frozen=True, slots=True)
class Place:
    """Paths from the repository's top: the schema file and the migrations folder."""

    schema_file: str
    folder: str


class Unknown(Exception):
    """Why the migrations of the merge can't be known."""


def both_sides(texts: Texts, place: Place) -> BothSides:
    """The migrations of ours (HEAD), theirs, and their ancestor, merged by file.

    Raises Unknown, and GitFailedError.
    """
    objects = Objects()
    try:
        search = _Search(objects, place)
        if search.schema_id("HEAD") != _id(texts.ours):
            raise Unknown("schema.sql of HEAD is not the one that is merged")
        theirs = search.theirs(_id(texts.theirs))
        base = search.base(theirs, _id(texts.base) if texts.base else None)
        names = (base, "HEAD", theirs)
        return merged_files(*(search.migrations(name) if name else () for name in names))
    finally:
        objects.close()


def _id(text: str) -> str:
    return blob_id(text.encode("utf-8", "surrogateescape"))


class _Search:
    """Commits and their migrations, by name."""

    def __init__(self, objects: Objects, place: Place) -> None:
        self._objects = objects
        self._place = place

    def schema_id(self, commit: str) -> str | None:
        found = self._objects.get(f"{commit}:{self._place.schema_file}")
        return found.oid if found else None

    def theirs(self, wanted: str) -> str:
        for commit in self._candidates(wanted):
            if self.schema_id(commit) == wanted:
                return commit
        raise Unknown("the other side's commit is not known")

    def _candidates(self, wanted: str) -> Iterator[str]:
        """git merge names its heads in the environment, a rebase lists what it has picked; for
        the rest (a single cherry-pick) the history is asked who brought the text."""
        yield from (name[8:] for name in os.environ if name.startswith("GITHEAD_"))
        yield from _PICKING
        picked = _last_pick()
        if picked:
            yield picked
        log = has(["log", "--all", "-n", "8", "--format=%H", f"--find-object={wanted}"])
        yield from (log or b"").decode().split()

    def base(self, theirs: str, wanted: str | None) -> str | None:
        """The ancestor whose schema.sql is the common one: of a merge, or of a single pick."""
        if wanted is None:
            return None
        merge_base = has(["merge-base", "HEAD", theirs])
        for commit in ((merge_base or b"").decode().strip(), f"{theirs}^"):
            if commit and self.schema_id(commit) == wanted:
                return commit
        raise Unknown("the common ancestor is not known")

    def migrations(self, commit: str) -> list[Migration]:
        tree = self._objects.get(f"{commit}:{self._place.folder}")
        entries = [] if tree is None or tree.kind != "tree" else list(tree_entries(tree))
        files = [(name, oid) for mode, name, oid in entries if mode == "100644" or mode == "100755"]
        named = [(name, parsed, oid) for name, oid in files if (parsed := parse_name(name))]
        blobs = self._objects.many(oid for *_, oid in named)
        return [
            Migration(parsed.version, parsed.name, f"{self._place.folder}/{name}", blob.content)
            for (name, parsed, _), blob in zip(named, blobs, strict=True)
            if blob and blob.content is not None
        ]


def _last_pick() -> str | None:
    """The commit that a rebase is applying: the last line of what it has done."""
    told = git(["rev-parse", "--git-path", "rebase-merge/done"])
    try:
        lines = Path(os.fsdecode(told).strip()).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    words = lines[-1].split() if lines else []
    return words[1] if len(words) > 1 and words[0] in ("pick", "p", "fixup", "squash") else None
