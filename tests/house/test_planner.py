"""The planner's core leaves kinds of objects to the families."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from trueup.plan import plan
from trueup.plan.rule import rules

_ROOM = Path(plan.__file__).parent
_CORE = ("decision", "element", "order", "plan", "rule", "statements", "steps", "work")
_KINDS = {kind for rule in rules() for kind in rule.kinds}


@pytest.mark.parametrize("name", _CORE)
def test_the_core_names_no_kind_of_object(name: str) -> None:
    tree = ast.parse((_ROOM / f"{name}.py").read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert not said & _KINDS


@pytest.mark.parametrize("name", ["decision", "element", "statements", "steps", "work"])
def test_what_decides_does_not_know_the_rules(name: str) -> None:
    text = (_ROOM / f"{name}.py").read_text(encoding="utf-8")
    assert "import rule" not in text
    assert "trueup.plan.rule " not in text
