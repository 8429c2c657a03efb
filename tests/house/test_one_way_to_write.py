"""A migration file with a row is written in one way, through the journal: nobody but `recovery` and
`folder` makes, moves or removes a file of the migrations folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import trueup

SOURCE = Path(trueup.__file__).parent
# How a file comes into being, moves or goes, whoever does it; opening one to write counts too.
WRITING = {
    "create_exclusive",
    "create_migration",
    "write_entry",
    "carry_out",
    "move_files",
    "write_atomic",
    "link",
    "rename",
    "replace",
    "symlink",
    "hardlink_to",
    "symlink_to",
    "write_bytes",
    "write_text",
    "copyfile",
    "copy2",
    "copytree",
    "unlink",
    "remove",
}
# Rooms that know no files (another test sees to that), or whose files are no migrations: caches
# and throwaway servers.
ELSEWHERE = ("recovery", "folder", "shadow", "postgres", "model", "sql", "diff", "verdict", "plan")
# Files that are no migrations, and the one way to a file without a row.
KNOWN = {
    "ops/init.py": {"create_exclusive", "write_atomic", "unlink"},
    "ops/new.py": {"create_migration"},
    "ops/agents/validate_new.py": {"create_migration"},
    "action/workflow.py": {"create_exclusive", "write_atomic"},
    "mcp_server/setup.py": {"create_exclusive", "write_atomic"},
    "git/install.py": {"write_atomic", "unlink", "rename"},
    "git/framework.py": {"write_atomic", "unlink"},
    "git/merge_setup.py": {"write_atomic"},
    "git/driver.py": {"write_bytes", "write_text"},
    "action/main.py": {"write_text"},
    "cli/failures.py": {"open"},
    # The agents' tool of that name, which calls what is in ops/agents/validate_new.py.
    "mcp_server/tools/drafts.py": {"create_migration"},
    # What rebase's deed calls to have git rename its files.
    "git/work_tree.py": {"rename"},
}


def writes(tree: ast.Module) -> Iterator[str]:
    """The writing functions that a file calls. `replace` is counted as a method of a path only:
    with one argument, where text and dataclasses have two or keywords."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        a_path = isinstance(node.func, ast.Attribute) and len(node.args) == 1 and not node.keywords
        if name == "replace" and not a_path:
            continue
        if name == "remove" and not ast.unparse(node.func).startswith("os."):
            continue
        if name in WRITING:
            yield name
        if name == "open" and any(_writes(argument) for argument in node.args[1:]):
            yield "open"


def _writes(argument: ast.expr) -> bool:
    text = argument.value if isinstance(argument, ast.Constant) else ast.unparse(argument)
    return isinstance(text, str) and ("O_WRONLY" in text or "O_RDWR" in text or text[:1] in "wxa")


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(SOURCE.rglob("*.py")) if p.relative_to(SOURCE).parts[0] not in ELSEWHERE],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_no_file_of_the_folder_is_written_outside_the_journal(path: Path) -> None:
    found = set(writes(ast.parse(path.read_text(encoding="utf-8"))))
    assert found <= KNOWN.get(str(path.relative_to(SOURCE)), set())


def test_the_journal_has_no_second_door() -> None:
    """Only `Journal` makes entries, and only it and the settling carry them out."""
    callers: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for name in writes(ast.parse(path.read_text(encoding="utf-8"))):
            callers.setdefault(name, set()).add(str(path.relative_to(SOURCE)))
    assert callers["write_entry"] == {"recovery/journal.py"}
    assert callers["carry_out"] == {"recovery/journal.py", "recovery/settle.py"}
