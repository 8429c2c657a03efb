"""The shadow: where migrations are replayed and other texts are tried, whichever server it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from trueup.errors import StatementFailed
from trueup.model.codec import decode, encode
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.states import NONE, States
from trueup.shadow.cache import Cache
from trueup.shadow.keys import Ground, prefix_keys, text_key

if TYPE_CHECKING:
    from trueup.shadow.adapter import Adapter

OnFile = Callable[[int, int, Migration], None]
Explain = Callable[[StatementFailed, Sequence[Migration]], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: the whole database's schema and what was noticed on the way.

    `notes` are lines worth telling (a statement passed over, a file that is no single
    transaction); `cached` says that no server was needed; `states` is what pg_dump is silent on.
    """

    schema: Schema
    notes: tuple[str, ...] = ()
    cached: bool = False
    states: States = NONE


class Place(Protocol):
    """A running database in which some migrations have been replayed."""

    @property
    def conninfo(self) -> str:
        """Where the migrations ran."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth telling of the replay."""

    def adapter(self) -> Adapter:
        """What fits files to this server; a fresh one, which has nothing to tell yet."""

    def another(self) -> AbstractContextManager[str]:
        """A fresh database of the platform beside it, with the same roles; dropped after."""

    def keep(self, key: str) -> None:
        """Remembers this state for the next run, where that is possible. Ends the place."""


class Host(Protocol):
    """A server that can give places: our own ephemeral cluster, or one the user lent."""

    @property
    def major(self) -> int:
        """The major version of PostgreSQL."""

    @property
    def version(self) -> str:
        """The version's text, such as 17.10."""

    @property
    def platform(self) -> str:
        """ "postgres" or "supabase"."""

    @property
    def extensions(self) -> frozenset[str]:
        """The extensions that the server itself has."""

    @property
    def ground(self) -> Ground:
        """What the cache keys of this server start from."""

    @property
    def pg_dump(self) -> Path:
        """The program that reads its databases."""

    def at(
        self, migrations: Sequence[Migration], keys: Sequence[str], on_file: OnFile | None
    ) -> AbstractContextManager[Place]:
        """A place where `migrations` have run; `keys` are those of their prefixes."""


@dataclass
class Shadow:
    """Answers from the cache where it can and starts a server only where it must. `before` are
    files that run ahead of every replay and belong to the platform (supabase/roles.sql); `explain`
    adds to a failure what is known of its cause."""

    host: Host
    cache: Cache
    on_file: OnFile | None = None
    before: tuple[Migration, ...] = ()
    explain: Explain | None = None
    _base: Schema | None = field(default=None, repr=False)

    @property
    def major(self) -> int:
        """The major version of PostgreSQL that replays here."""
        return self.host.major

    def replayed(self, migrations: Sequence[Migration]) -> Replayed:
        """The schema that the migrations give, from empty. Raises StatementFailed."""
        from trueup.postgres.read.states import states_of

        files, keys = self._files(migrations)
        known = self._known(keys[-1])
        if known:
            return known
        with self._at(files, keys) as place:
            schema, states = self.dump(place.conninfo), states_of(place.conninfo)
            made = Replayed(schema, place.notes, states=states)
            self._remember(keys[-1], made)
            place.keep(keys[-1])
        return made

    def loaded(self, text: str, path: str, after: Sequence[Migration]) -> Schema:
        """The schema that a text such as schema.sql gives in a fresh database of the platform,
        where the roles exist that the migrations `after` make. Raises StatementFailed."""
        _, keys = self._files(after)
        key = text_key(keys[-1], text)
        known = self._known(key)
        if known:
            return known.schema
        with self.holding(text, path, after) as conninfo:
            schema = self.dump(conninfo)
        self._remember(key, Replayed(schema))
        return schema

    @contextmanager
    def holding(
        self, text: str, path: str, after: Sequence[Migration], roles: Sequence[str] = ()
    ) -> Iterator[str]:
        """The conninfo of a fresh database of the platform in which `text` has run, where the
        roles exist that `after` makes, and `roles`. Raises StatementFailed."""
        files, keys = self._files(after)
        with self._at(files, keys) as place, place.another() as conninfo:
            _load(conninfo, text, path, roles)
            yield conninfo

    @contextmanager
    def database(self, migrations: Sequence[Migration]) -> Iterator[str]:
        """The conninfo of a running database with the migrations in it; dropped after."""
        files, keys = self._files(migrations)
        with self._at(files, keys) as place:
            yield place.conninfo

    @contextmanager
    def place(self, migrations: Sequence[Migration]) -> Iterator[Place]:
        """A running place with the migrations in it, to try things on; gone after."""
        files, keys = self._files(migrations)
        with self._at(files, keys) as place:
            yield place

    def base(self) -> Schema:
        """What the platform itself brings, before any migration."""
        if self._base is None:
            plain = self.host.platform == "postgres"
            self._base = Schema() if plain else self.replayed(()).schema
        return self._base

    def stood_in(self, schema: Schema) -> tuple[str, ...]:
        """The extensions in a schema for which this server has only a stand-in."""
        from trueup.shadow.platform import stood_in

        used = {key.name for key in schema if key.kind == "EXTENSION"}
        return stood_in(self.host.extensions, used)

    @contextmanager
    def _at(self, files: Sequence[Migration], keys: Sequence[str]) -> Iterator[Place]:
        try:
            with self.host.at(files, keys, self.on_file) as place:
                yield place
        except StatementFailed as failed:
            if self.explain:
                self.explain(failed, files)
            raise

    def _files(
        self, migrations: Sequence[Migration]
    ) -> tuple[tuple[Migration, ...], tuple[str, ...]]:
        files = (*self.before, *migrations)
        return files, prefix_keys(self.host.ground, files)

    def dump(self, conninfo: str) -> Schema:
        """The whole schema of a database on the shadow."""
        from trueup.postgres.read.cron import are_objects
        from trueup.postgres.read.dump import dump_schema

        return dump_schema(self.host.pg_dump, conninfo, jobs=are_objects(self.host.platform))

    def _known(self, key: str) -> Replayed | None:
        stored = self.cache.result(key)
        return _unpack(stored) if stored else None

    def _remember(self, key: str, made: Replayed) -> None:
        self.cache.store_result(key, _packed(made))


def _load(conninfo: str, text: str, path: str, roles: Sequence[str]) -> None:
    from psycopg import sql

    from trueup.postgres.run.file import run_file
    from trueup.postgres.session.connection import connect

    with connect(conninfo) as conn:
        there = {row[0] for row in conn.execute("SELECT rolname FROM pg_roles")}
        for role in roles:
            if role not in there:
                conn.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        run_file(conn, text, path)


def _packed(made: Replayed) -> dict[str, Any]:
    return {
        "schema": encode(made.schema),
        "notes": list(made.notes),
        "states": made.states.plain(),
    }


def _unpack(stored: dict[str, Any]) -> Replayed | None:
    """A stored result; None when it is not what this version writes."""
    try:
        states = States.of_plain(stored["states"])
        return Replayed(decode(stored["schema"]), tuple(stored["notes"]), True, states)
    except (KeyError, TypeError, ValueError):
        return None
