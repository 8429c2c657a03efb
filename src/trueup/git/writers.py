"""What `init` can write for git: the hook, the merge driver."""

from __future__ import annotations

from trueup.config.settings import Settings
from trueup.ops.init import InitOptions, Written, register_writer


def register() -> None:
    """Puts the writers on offer."""
    register_writer("hook", _hook)
    register_writer("git", _merging)


def _hook(settings: Settings, options: InitOptions) -> list[Written]:
    from trueup.git.install import install
    from trueup.git.repository import find_repository

    result = install(find_repository(settings.root), settings.root)
    return [
        Written(path, "created" if action == "installed" else "kept", f"{result.kind} hook")
        for path, action in result.files
    ]


def _merging(settings: Settings, options: InitOptions) -> list[Written]:
    from trueup.git.merge_setup import set_up_merging

    return set_up_merging(settings, options)
