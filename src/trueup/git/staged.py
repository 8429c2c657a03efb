"""What is about to be committed: the index, what it changes, and what upstream has.

Nothing here looks at the work tree, but for a trueup.toml that git does not know yet. Four states
of one folder come together: HEAD and the index (the staged changes), upstream's branch, and the
other side of a merge that is under way. They cost three git processes, one when no migration and
no schema.sql is staged.
"""

from __future__ import annotations

import os

from trueup.folder.names import parse_name
from trueup.git.changes import Change
from trueup.git.config_light import CONFIG, DEFAULT_FOLDERS, PYPROJECT, hook_settings
from trueup.git.process import Objects, git, has, tree_entries
from trueup.platform.files import CONFIG as SUPABASE

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from trueup.git.config_light import HookSettings

LINK, SUBMODULE = "120000", "160000"
# origin/HEAD is what a clone takes for the remote's main branch; the others are the usual names.
UPSTREAMS = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master")
LOCAL_MAIN = "refs/heads/main"
_UNDER_WAY = ("REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")


class Upstream:
    """The branch that others build on: the ref that was found, and the migrations in it by file
    name with their blob ids."""

    __slots__ = ("files", "ref")

    def __init__(self, ref: str, files: dict[str, str]) -> None:
        self.ref = ref
        self.files = files

    @property
    def shown(self) -> str:
        """The ref as people write it."""
        for prefix in ("refs/remotes/", "refs/heads/"):
            if self.ref.startswith(prefix):
                return self.ref[len(prefix) :]
        return self.ref


class Staged:
    """Everything the rules judge.

    `folder` and `schema_file` are paths from the repository's top; `changes` are the staged
    changes of migrations by file name, `index` all migrations of the index by file name with
    their blob ids, `unmerged` paths that a merge left open, `schema_change` what happens to
    schema.sql (None for nothing), `schema_id` its blob in the index. `busy` says what is under
    way: "merge", "rebase", "" for a plain commit. `config` are the blob ids of the configuration.
    """

    def __init__(self, project: str, objects: Objects) -> None:
        self.project = project
        self.objects = objects
        self.folder = ""
        self.schema_file = ""
        self.changes: dict[str, Change] = {}
        self.index: dict[str, str] = {}
        self.unmerged: list[str] = []
        self.schema_change: Change | None = None
        self.schema_id: str | None = None
        self.upstream: Upstream | None = None
        self.upstream_named: str | None = None
        self.theirs: dict[str, str] = {}
        self.busy = ""
        self.config: list[str] = []

    def path(self, name: str) -> str:
        """A migration's path from the repository's top."""
        return f"{self.folder}/{name}" if self.folder else name


def read_staged(project: str, changes: list[Change], upstream: str | None = None) -> Staged:
    """The facts for the project in directory `project` (relative to the repository's top, "" for
    the top itself). `upstream` is a ref that goes before the configured one.

    Raises GitFailedError, and ValueError for a configuration that is not TOML.
    """
    facts = Staged(project, Objects())
    try:
        settings = _settings(facts)
        _take_index(facts, settings, _listing(project, settings))
        _take_changes(facts, changes)
        if facts.changes:
            take_upstream(facts, upstream or settings.upstream)
            _take_under_way(facts)
    except BaseException:
        facts.objects.close()
        raise
    return facts


def _settings(facts: Staged) -> HookSettings:
    files = (CONFIG, PYPROJECT, SUPABASE)
    found = list(facts.objects.many(f":{_join(facts.project, name)}" for name in files))
    facts.config = [each.oid if each else "" for each in found]
    own = found[0].content if found[0] else _from_disk(_join(facts.project, CONFIG))
    return hook_settings(own, found[1].content if found[1] else None)


def _from_disk(path: str) -> bytes | None:
    """A configuration that nobody has added to git yet still says where the migrations are."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return None


def _listing(project: str, settings: HookSettings) -> list[tuple[str, str, str, str]]:
    """Mode, id, stage and path of what the index holds in the folders that may be meant."""
    folders = [settings.folder] if settings.folder else DEFAULT_FOLDERS
    wanted = [_join(project, path) for path in (*folders, settings.schema_file)]
    out = git(
        ["ls-files", "--stage", "-z", "--full-name", "--", *(f":(top,literal){w}" for w in wanted)]
    )
    entries = []
    for line in out.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, oid, stage = head.decode().split()
        entries.append((mode, oid, stage, os.fsdecode(path)))
    return entries


def _take_index(
    facts: Staged, settings: HookSettings, listing: list[tuple[str, str, str, str]]
) -> None:
    facts.schema_file = _join(facts.project, settings.schema_file)
    facts.folder = _join(facts.project, settings.folder or _default(facts.project, listing))
    for _, oid, stage, path in listing:
        name = _in_folder(facts, path)
        if stage != "0":
            facts.unmerged.append(path)
        elif path == facts.schema_file:
            facts.schema_id = oid
        elif name is not None and parse_name(name):
            facts.index[name] = oid
    facts.unmerged = sorted(set(facts.unmerged))


def _default(project: str, listing: list[tuple[str, str, str, str]]) -> str:
    """supabase/migrations; migrations where only that exists."""
    usual, plain = (f"{_join(project, folder)}/" for folder in DEFAULT_FOLDERS)
    only_plain = any(path.startswith(plain) for *_, path in listing) and not any(
        path.startswith(usual) for *_, path in listing
    )
    return DEFAULT_FOLDERS[1 if only_plain else 0]


def _take_changes(facts: Staged, changes: list[Change]) -> None:
    for change in changes:
        name = _in_folder(facts, change.path)
        if change.path == facts.schema_file:
            facts.schema_change = change
        elif name is not None and name.lower().endswith(".sql") and not name.startswith("."):
            facts.changes[name] = change


def take_upstream(facts: Staged, named: str | None) -> None:
    """The first ref that exists, with the migrations it has."""
    facts.upstream_named = named
    refs = (named,) if named else UPSTREAMS
    ref = next((ref for ref in refs if facts.objects.get(f"{ref}^{{commit}}")), None)
    if ref is None and named is None and _others_have_main(facts):
        ref = LOCAL_MAIN
    if ref is not None:
        facts.upstream = Upstream(ref, _files(facts, ref))


def _others_have_main(facts: Staged) -> bool:
    """Whether there is a local main branch that is not the one being committed to: what is in
    that very branch is nobody else's yet."""
    main, head = facts.objects.get(LOCAL_MAIN), facts.objects.get("HEAD")
    return main is not None and not (head and head.oid == main.oid and _on_main(facts))


def _on_main(facts: Staged) -> bool:
    head = has(["symbolic-ref", "--quiet", "HEAD"], facts.objects.directory)
    return (head or b"").strip() == LOCAL_MAIN.encode()


def _take_under_way(facts: Staged) -> None:
    if facts.objects.get("MERGE_HEAD"):
        facts.busy = "merge"
        facts.theirs = _files(facts, "MERGE_HEAD")
    elif any(facts.objects.get(name) for name in _UNDER_WAY):
        facts.busy = "rebase"


def _files(facts: Staged, commit: str) -> dict[str, str]:
    """The migrations of a commit: file name to blob id."""
    tree = facts.objects.get(f"{commit}:{facts.folder}")
    if tree is None or tree.kind != "tree":
        return {}
    return {name: oid for _, name, oid in tree_entries(tree) if parse_name(name)}


def _in_folder(facts: Staged, path: str) -> str | None:
    """The file name of a path directly in the migrations folder, else None."""
    prefix = f"{facts.folder}/" if facts.folder else ""
    if not path.startswith(prefix):
        return None
    name = path[len(prefix) :]
    return None if "/" in name else name


def _join(project: str, path: str) -> str:
    return f"{project}/{path}" if project and path != "." else (path if path != "." else project)
