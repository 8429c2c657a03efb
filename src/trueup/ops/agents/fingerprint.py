"""The fingerprint of the database's schema: what an agent looked at, in one word."""

from __future__ import annotations

from trueup.errors import TrueupError
from trueup.workbench.files import read_files
from trueup.workbench.project import Project
from trueup.workbench.replays import replay
from trueup.workbench.target import Target


def database_fingerprint(project: Project) -> str | None:
    """SHA-256 over every object of the database that counts; None where it can't be had.

    The same as that of the database's side in a `check`, and as what `apply_new` compares with
    the expected one.
    """
    folder = read_files(project)
    if folder.blocking:
        return None
    try:
        target = Target.read(project, folder.migrations)
        return replay(project, folder.migrations, target.major).live(target).fingerprint
    except TrueupError:
        return None
