"""What a migration said when it was applied, whose file was edited since, or is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trueup.folder.git import earlier_texts, texts_of_version
from trueup.model.migration import Migration, checksum_of
from trueup.workbench.project import Project


def old_texts(project: Project, files: Sequence[Migration]) -> Callable[[str, str], str | None]:
    """By version and recorded checksum: the committed text that has it, or None. A version without
    a file is looked for under any name in the migrations folder, on any branch."""
    root, folder = project.settings.root, project.migrations_label
    paths = {file.version: file.path for file in files}

    def old_text(version: str, checksum: str) -> str | None:
        if version in paths:
            earlier = earlier_texts(root, paths[version])
        else:
            earlier = texts_of_version(root, folder, version)
        wanted = next((text for text in earlier if checksum_of(text) == checksum), None)
        return wanted.decode("utf-8-sig", "replace") if wanted is not None else None

    return old_text
