"""Running files that were written for a server with more extensions than ours has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from trueup.errors import StatementFailed
from trueup.model.finding import Location
from trueup.model.migration import Migration
from trueup.shadow.platform import explain_unavailable
from trueup.shadow.platform.rewrite import PassedOver, Rewritten, rewrite
from trueup.sql.source_map import SourceMap


@dataclass
class Adapter:
    """What a server of this major lacks: `standing_in` are the extensions it has only a stand-in
    for, `absent` those of them whose files could not be added to it. Remembers what it changed,
    so that places and notes speak of the files as they are."""

    major: int
    standing_in: Collection[str] = frozenset()
    absent: Collection[str] = frozenset()
    _changed: dict[str, tuple[Migration, Rewritten]] = field(default_factory=dict)

    def fitted(self, migration: Migration) -> Migration:
        """The file as it can run here; the same one where nothing stands in the way."""
        if not self.standing_in:
            return migration
        text = migration.sql
        found = rewrite(text, standing_in=self.standing_in, absent=self.absent)
        if found.text == text:
            return migration
        self._changed[migration.path] = (migration, found)
        return Migration(migration.version, migration.name, migration.path, found.text.encode())

    def notes(self) -> tuple[str, ...]:
        """A line for everything that was passed over, with its place."""
        return tuple(
            _note(migration, item)
            for migration, found in self._changed.values()
            for item in found.passed_over
        )

    def explained(self, failed: StatementFailed) -> StatementFailed:
        """The same failure at its place in the file as it is, and with the ways out where an
        extension is missing."""
        place = failed.location
        if place and place.file in self._changed and place.line:
            failed.location = self._original(place)
            failed.source = self._changed[place.file][0].sql
        return explain_unavailable(failed, self.major)

    def _original(self, place: Location) -> Location:
        migration, found = self._changed[place.file]
        try:
            offset = SourceMap(found.text).offset(place.line or 1, place.column or 1)
        except IndexError:
            return place
        line, column = SourceMap(migration.sql).place(found.original(offset))
        return Location(place.file, line, column)


def _note(migration: Migration, item: PassedOver) -> str:
    line, _ = SourceMap(migration.sql).place(item.offset)
    return (
        f"{migration.path}:{line}: {item.what} was passed over: "
        f"extension {item.extension} is a stand-in here"
    )
