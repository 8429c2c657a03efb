"""What migrations give, cut to what counts: the one recipe, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.scope import Frame, Scoped
from trueup.shadow.shadow import Replayed, Shadow
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow, replay_major
from trueup.workbench.target import Target


@dataclass(frozen=True)
class Replay:
    """What all files give (`given`), the shadow that ran them, and the frame by which whatever is
    held against them is cut out."""

    shadow: Shadow
    frame: Frame
    given: Replayed

    @property
    def whole(self) -> Schema:
        """What the files give, with nothing cut away."""
        return self.given.schema

    @cached_property
    def schema(self) -> Scoped:
        """The part of it that counts."""
        return self.frame.cut(self.whole)

    def at(self, files: Sequence[Migration]) -> Scoped:
        """The part that counts of what these files give. Raises StatementFailed."""
        return self.frame.cut(self.shadow.replayed(files).schema)

    def dumped(self, target: Target) -> Schema:
        """The database, by the shadow's own pg_dump. Raises DumpFailed."""
        return target.dump(self.shadow.host.pg_dump)

    def live(self, target: Target) -> Scoped:
        """The part of the database that counts. Raises DumpFailed."""
        return self.frame.cut_live(self.dumped(target))


def replay(project: Project, files: Sequence[Migration], major: int | None) -> Replay:
    """Replays the files on a server of this major. Raises StatementFailed, ServerUnavailable."""
    return replay_on(project, open_shadow(project, major), files)


def replay_for_file(project: Project, files: Sequence[Migration]) -> Replay:
    """Replays the files on the server that schema.sql is written with. Raises as `replay`."""
    return replay(project, files, replay_major(project))


def replay_on(project: Project, shadow: Shadow, files: Sequence[Migration]) -> Replay:
    """Replays the files on a shadow that is there already. Raises StatementFailed."""
    return framed(project, shadow, shadow.replayed(files))


def framed(project: Project, shadow: Shadow, given: Replayed) -> Replay:
    """The same for what a shadow has replayed already."""
    return Replay(shadow, Frame(project.scope, shadow.base(), given.schema), given)


def live_alone(project: Project, shadow: Shadow, live: Schema) -> Scoped:
    """The part of a database that counts where no files say what belongs to it."""
    return Frame(project.scope, shadow.base()).cut_live(live)


def cut_alone(project: Project, shadow: Shadow, made: Schema) -> Scoped:
    """The part that counts of what was made on a shadow, taken by itself."""
    return Frame(project.scope, shadow.base(), made).cut(made)
