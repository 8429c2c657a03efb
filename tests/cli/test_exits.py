"""One map from what came of a command to its exit status, and it is the one that is promised."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import trueup
from trueup import exits
from trueup.errors import CannotTell, Interrupted, TrueupError, UsageError, ValidationFailed
from trueup.exits import status_of

SOURCE = Path(trueup.__file__).parent
DOCS = SOURCE.parent.parent / "docs"
PROMISED = {
    exits.DONE: "in sync or done",
    exits.DIFFERS: "drift or a failed validation",
    exits.MISUSED: "usage or configuration",
    exits.CANNOT: "could not tell or could not do it",
    exits.BUG: "a bug in trueup",
    exits.INTERRUPTED: "interrupted",
}


@pytest.mark.parametrize(
    ("agrees", "proven", "failed", "status"),
    [
        (True, True, None, 0),
        (False, True, None, 1),
        (None, True, None, 3),
        (True, False, None, 3),
        (False, False, None, 3),
        (None, False, None, 3),
        (True, True, 3, 3),
        (False, True, 130, 130),
    ],
)
def test_a_state_has_one_status(
    agrees: bool | None, proven: bool, failed: int | None, status: int
) -> None:
    assert status_of(agrees, proven=proven, failed=failed) == status


def test_the_statuses_are_those_of_the_documentation() -> None:
    said = (DOCS / "commands.md").read_text().partition("Exit statuses: ")[2].partition("\n")[0]
    assert dict(re.findall(r"(\d+) ([^,.]+)", said)) == {str(n): w for n, w in PROMISED.items()}


def test_errors_end_with_the_same_numbers() -> None:
    ends = {CannotTell: 3, Interrupted: 130, TrueupError: 3, UsageError: 2, ValidationFailed: 1}
    assert {kind: kind.exit_status for kind in ends} == ends


@pytest.mark.parametrize(
    "path",
    [*SOURCE.glob("cli/verbs/*.py"), *SOURCE.glob("action/*.py"), SOURCE / "git/hook_fast.py"],
    ids=lambda path: path.stem,
)
def test_no_face_makes_a_status_of_its_own(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.FunctionDef)
            and node.returns
            and ast.unparse(node.returns) == "int"
        ):
            for end in (each for each in ast.walk(node) if isinstance(each, ast.Return)):
                assert not set(ast.unparse(end)) & set("0123456789"), ast.unparse(end)
                assert "int(" not in ast.unparse(end)
