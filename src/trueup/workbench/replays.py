"""What migrations give, cut to what counts: the one recipe, whoever asks."""

from __future__ import annotations

from trueup.model.schema import Schema
from trueup.model.scope import Frame, Scoped
from trueup.shadow.shadow import Shadow
from trueup.workbench.project import Project


def frame_of(project: Project, whole: Schema, shadow: Shadow) -> Frame:
    """How the sides of a comparison are cut out, when the migrations give `whole`."""
    return Frame(project.scope, shadow.base(), whole)


def in_scope(project: Project, schema: Schema, shadow: Shadow) -> Scoped:
    """The part that counts of what was made on a shadow, taken by itself."""
    return frame_of(project, schema, shadow).cut(schema)
