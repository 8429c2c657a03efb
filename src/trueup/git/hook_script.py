"""The text of the installed hook, and of the block that goes into somebody else's."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

import trueup

BEGIN = "# >>> trueup >>>"
END = "# <<< trueup <<<"
KEPT_SUFFIX = ".before-trueup"
_CALL = "run_trueup"
# The status by which Python says that trueup is not there: nothing else uses it.
_NOT_HERE = 97
_CODE = (
    "import sys; sys.path.append(sys.argv.pop(1))\n"
    "try: from trueup.cli.hook_entry import console\n"
    f"except ModuleNotFoundError: sys.exit({_NOT_HERE})\n"
    "console()"
)
# -S leaves out the site module and with it every .pth file: a third of Python's start. What it
# would add is given by hand, and cli.hook_entry makes good for it where more is needed.
_OWN_PYTHON = """\
  if [ -x {python} ]; then
    {python} -S -P -c '{code}' {package} hook run "$@" && status=0 || status=$?
    [ "$status" -eq {not_here} ] || return "$status"
  fi
"""
_FUNCTION = """\
run_trueup() {{
{own}  for trueup in .venv/bin/trueup venv/bin/trueup; do
    if [ -x "$trueup" ]; then "./$trueup" hook run "$@"; return; fi
  done
  if command -v trueup >/dev/null 2>&1; then trueup hook run "$@"; return; fi
  if git diff --cached --quiet -- '*.sql' 2>/dev/null; then return 0; fi
  echo "trueup: the commit has SQL files, and the hook that checks them can't find trueup." >&2
  echo "  mend: pip install trueup && trueup hook install" >&2
  echo "  or, this one time: git commit --no-verify" >&2
  return 1
}}
"""
_KEPT = """\
kept="${{0%/*}}/{name}"
if [ -x "$kept" ]; then "$kept" "$@" || exit $?; fi
"""


def function_text(*, portable: bool) -> str:
    """The shell function that finds trueup and runs the check. `portable` for a file that is
    committed: then it names no path of this machine."""
    own = ""
    if not portable:
        own = _OWN_PYTHON.format(
            python=shlex.quote(sys.executable),
            code=_CODE,
            package=shlex.quote(str(Path(trueup.__file__).resolve().parents[1])),
            not_here=_NOT_HERE,
        )
    return _FUNCTION.format(own=own)


def block(projects: Iterable[str], *, portable: bool, flags: str = "") -> str:
    """The lines between our marks; `flags` are kept in the first mark."""
    calls = [
        f"{_CALL} -C {shlex.quote(project)} || exit $?" if project else f"{_CALL} || exit $?"
        for project in projects
    ]
    first = f"{BEGIN} written by `trueup hook install`, taken out by `trueup hook uninstall`"
    lines = [f"{first} [{flags}]", function_text(portable=portable).rstrip("\n"), *calls, END]
    return "\n".join(lines) + "\n"


def script(hook: str, projects: Iterable[str], *, portable: bool, flags: str = "") -> str:
    """A whole hook: what was there before, then ours."""
    kept = _KEPT.format(name=hook + KEPT_SUFFIX)
    return f"#!/bin/sh\n{kept}{block(projects, portable=portable, flags=flags)}"


def projects_in(text: str) -> list[str]:
    """The projects that an installed text checks; empty where it is not ours."""
    if BEGIN not in text:
        return []
    ours = text[text.index(BEGIN) :].split(END)[0]
    calls = [line for line in ours.splitlines() if line.startswith(f"{_CALL} ")]
    return [_project(shlex.split(line)) for line in calls]


def _project(words: list[str]) -> str:
    return words[words.index("-C") + 1] if "-C" in words else ""


def flags_of(text: str) -> str:
    """What the first mark remembers."""
    line = text[text.index(BEGIN) :].split("\n", 1)[0]
    return line.rsplit("[", 1)[-1].rstrip("]")
