"""The folder after what an interrupted command left is settled."""

from __future__ import annotations

from trueup.folder.migrations import Folder
from trueup.recovery.new_file import settle_left
from trueup.workbench.files import read_files
from trueup.workbench.project import Project


def settled_folder(project: Project) -> Folder:
    """The migrations folder, after what an interrupted apply of a new file left is settled."""
    settle_left(project)
    return read_files(project)
