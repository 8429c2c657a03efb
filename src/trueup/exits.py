"""The exit statuses, and the one map from what came of a command to its status.

An error that ends a command has its status in errors.py, made of the same numbers. `run --` and
the merge driver have none of ours: the first ends as its command does, the second as git asks
(https://git-scm.com/docs/gitattributes#_defining_a_custom_merge_driver).
"""

from __future__ import annotations

DONE = 0  # in sync, or done
DIFFERS = 1  # drift, or a rule of the project does not hold
MISUSED = 2  # usage or configuration
CANNOT = 3  # could not tell, or could not do it
BUG = 70  # a bug in trueup
INTERRUPTED = 130


def status_of(agrees: bool | None, *, proven: bool = True, failed: int | None = None) -> int:
    """`agrees`: whether all is as it should be now, None where that could not be told. `proven`:
    whether the plan that was shown led where it should. `failed`: the status of an error that came
    after something was done."""
    if failed is not None:
        return failed
    if agrees is None or not proven:
        return CANNOT
    return DONE if agrees else DIFFERS
