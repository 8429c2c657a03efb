"""The house: imports point down, pure rooms know no I/O, nothing heavy on the hot path."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import trueup

SOURCE = Path(trueup.__file__).parent
# A room may import from its own level only where it is listed there itself.
LEVELS = (
    {"exits"},
    {"errors", "__init__"},
    {"platform"},
    {"model"},
    {"sql"},
    {"config"},
    {"diff", "verdict", "plan", "folder", "postgres"},
    {"history"},
    {"shadow"},
    {"workbench"},
    {"recovery"},
    {"ops"},
    {"report"},
    {"git", "action", "mcp_server"},
    {"cli"},
    {"__main__"},
)
PURE = {"platform", "model", "sql", "diff", "verdict", "plan"}
# Pure rooms of one level that may look at each other, in this direction.
TOGETHER = {"diff": set(), "plan": {"diff"}, "verdict": {"diff", "plan"}}
IO_MODULES = {"psycopg", "subprocess", "socket", "shutil", "tempfile", "os", "pathlib", "pgdumplib"}
MODULES = sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def level(name: str) -> int:
    return next(number for number, rooms in enumerate(LEVELS) if name in rooms)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports: when it is loaded, inside its functions, and for type
    checking alone. What is only named as a type must be known all the same."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (part if part in NAMES else node.module for part in parts)


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


def ours(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "trueup" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    own = room(path)
    for module in imports(path):
        other = ours(module)
        if other is None or other == own:
            continue
        if (own, other) == ("errors", "model"):
            assert module == "trueup.model.finding", "an error carries a finding and its place"
            continue
        allowed = level(other) < level(own) or other in TOGETHER.get(own, set())
        assert allowed, f"{own} imports {module}"


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if room(path) in PURE],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_pure_rooms_know_no_input_or_output(path: Path) -> None:
    assert not {module.split(".")[0] for module in imports(path)} & IO_MODULES


@pytest.mark.parametrize(
    "path", sorted((SOURCE / "model").glob("*.py")), ids=lambda path: path.name
)
def test_values_read_no_sql(path: Path) -> None:
    assert not {module.split(".")[0] for module in imports(path)} & {"pglast", "re"}


def test_names_and_strings_are_quoted_in_one_place() -> None:
    doubled = ('"\'", "\'\'"', """'"', '""'""")
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        spelled = [call for call in doubled if f"replace({call})" in text]
        assert not spelled or path.name == "quote.py", f"{path} quotes by itself"


def test_parse_trees_are_made_in_one_place() -> None:
    for path in MODULES:
        called = set(_calls(ast.parse(path.read_text(encoding="utf-8"))))
        made = {name for name in called if name.endswith(("parse_sql", "parse_plpgsql"))}
        assert not made or path.name in {"tree.py", "statements.py"}, f"{path} parses by itself"


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name_of(path): {m for m in imports(path) if m in NAMES} for path in MODULES}
    for start in graph:
        seen: set[str] = set()
        stack = list(graph[start])
        while stack:
            module = stack.pop()
            assert module != start, f"{start} is in a circle"
            if module not in seen:
                seen.add(module)
                stack += graph.get(module, ())


def test_no_file_is_longer_than_400_lines() -> None:
    long = [p.name for p in MODULES if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom trueup.cli.main import main\nmain(sys.argv[1:])\n"
        "heavy = {'psycopg', 'mcp', 'pglast', 'pgdumplib', 'rich', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_only_the_terminal_prints_and_only_its_entry_exits() -> None:
    for path in MODULES:
        called = set(_calls(ast.parse(path.read_text(encoding="utf-8"))))
        if room(path) not in {"cli", "git", "action", "mcp_server"}:
            assert not called & {"print", "exit", "sys.exit", "os._exit"}, path


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
