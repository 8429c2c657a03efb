"""Which objects of a database count: those of the configured schemas, what stands outside of any
schema and, where asked, what a team adds to its platform (`managed` objects)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from trueup.model.kinds import ABOUT, RELATIONS
from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.platform.supabase import ONCE_INSTALLED, PREFIX, TAKEN_OVER

Extensions = Literal["all", "needed", "none"]
ALL_SCHEMAS = "*"
_RIGHTS = frozenset({"ACL", "DEFAULT ACL"})


@dataclass(frozen=True, slots=True)
class Scope:
    """`schemas` ("*" for all), whether rights count, which extensions do (all of them, only those
    that objects in scope need, or none), and whether managed objects do: everything else that
    migrations make besides what the platform brings."""

    schemas: tuple[str, ...] = ("public",)
    privileges: bool = False
    extensions: Extensions = "all"
    managed: bool = False

    def has_schema(self, name: str) -> bool:
        """Whether the objects of a schema are in scope by its name."""
        return ALL_SCHEMAS in self.schemas or name in self.schemas


@dataclass(frozen=True)
class Scoped(Schema):
    """The part of a schema that counts, with what its text needs to know of the platform.

    `replaced` are objects that the platform brings in another form, `dropped` those that it
    brings and that are gone here; `managed` are objects in the platform's own schemas.
    """

    replaced: frozenset[ObjectKey] = frozenset()
    dropped: tuple[SchemaObject, ...] = ()
    managed: frozenset[ObjectKey] = frozenset()


@dataclass(frozen=True)
class Frame:
    """How every side of one comparison is cut out: the scope, what the platform brings (`base`)
    and what the migrations give (`whole`), which says what of the platform they touch."""

    scope: Scope
    base: Schema = field(default_factory=Schema)
    whole: Schema = field(default_factory=Schema)

    @cached_property
    def platform_schemas(self) -> frozenset[str]:
        """The schemas that the platform brings."""
        named = {key.name for key in self.base if key.kind == "SCHEMA"}
        return frozenset(named | {key.schema for key in self.base if key.schema} - {"public"})

    @cached_property
    def touched(self) -> frozenset[ObjectKey]:
        """Objects of the platform that the migrations change or drop."""
        return frozenset(
            key for key, item in self.base.objects.items() if self.whole.ddl(key) != item.ddl
        )

    def cut(self, schema: Schema) -> Scoped:
        """What counts of a schema that was made on a shadow."""
        return self._scoped(schema, [i for i in schema.objects.values() if self._is_own(i)])

    def cut_live(self, schema: Schema) -> Scoped:
        """What counts of a live database, whose platform is not quite the one of the shadow:
        what only differs in the platform's own schemas is the platform's business, unless
        migrations touch it or it is of a kind that teams add there."""
        mine = [i for i in schema.objects.values() if self._is_own(i) and self._is_teams(i)]
        return self._scoped(schema, mine)

    def _is_own(self, item: SchemaObject) -> bool:
        return item.key in self.touched or self.base.ddl(item.key) != item.ddl

    def _is_teams(self, item: SchemaObject) -> bool:
        if not self.base:
            return True
        key = item.key
        if key in self.whole and self._is_own(self.whole[key]):
            return True
        if key.kind in _ADDED_BY_TEAMS:
            return _adds(item, self.platform_schemas)
        if key.schema:
            return key.schema not in self.platform_schemas
        return not _is_platforms(key, self.platform_schemas)

    def _scoped(self, schema: Schema, own: list[SchemaObject]) -> Scoped:
        inside = {item.key for item in own if self.is_inside(item.key)}
        hosts = _extensions(schema, inside, self.scope) & {item.key for item in own}
        kept = [i for i in own if (i.key in inside or i.key in hosts) and self._right(i.key)]
        objects = {item.key: item for item in kept}
        return Scoped(
            objects,
            replaced=frozenset(key for key in objects if key in self.base),
            dropped=tuple(self._dropped(schema)),
            managed=frozenset(key for key in objects if key.schema in self.platform_schemas),
        )

    def _dropped(self, schema: Schema) -> Iterator[SchemaObject]:
        """Last made, first dropped; what goes with its table is not dropped by itself."""
        named = {key.name for key in schema if key.kind == "EXTENSION"}
        taken_over = {home for name, home in TAKEN_OVER.items() if name in named}
        gone = {key for key in self.touched if key not in schema and self._right(key)}
        for key in reversed(list(self.base)):
            item = self.base[key]
            with_table = any(n in gone and n.kind in RELATIONS for n in item.depends_on)
            counts = self.is_inside(key) or key.kind == "EXTENSION"
            taken = _home(key) in taken_over
            if key in gone and item.drop and counts and not with_table and not taken:
                yield item

    def _right(self, key: ObjectKey) -> bool:
        return self.scope.privileges or key.kind not in _RIGHTS

    def is_inside(self, key: ObjectKey) -> bool:
        """Whether an object is in scope by where it is."""
        return _in_schemas(key, self.scope)


# What a team adds to a platform's schemas and to what stands outside of any.
_ADDED_BY_TEAMS = frozenset({"TRIGGER", "POLICY", "EVENT TRIGGER"})


def _home(key: ObjectKey) -> str:
    """The schema that an object is in, or is, or is about."""
    if key.schema:
        return key.schema
    kind, _, name = key.name.partition(" ")
    return key.name if key.kind == "SCHEMA" else name if kind == "SCHEMA" else ""


def _adds(item: SchemaObject, platform: frozenset[str]) -> bool:
    """A trigger is the team's when its function is; a policy always is."""
    if item.key.kind == "POLICY":
        return True
    functions = [need for need in item.depends_on if need.kind == "FUNCTION"]
    outside = not item.key.schema or item.key.schema in platform
    return not outside or any(need.schema not in platform for need in functions)


def _is_platforms(key: ObjectKey, platform: frozenset[str]) -> bool:
    """Something outside of any schema that a platform brings in one version and not in another."""
    kind, _, name = key.name.partition(" ")
    about = kind if key.kind in ABOUT else key.kind
    subject = name if key.kind in ABOUT else key.name
    if about == "SCHEMA":
        return subject in platform
    if about == "EXTENSION":
        return subject in ONCE_INSTALLED
    return subject.startswith(PREFIX)


def select(schema: Schema, scope: Scope, base: Schema | None = None) -> Scoped:
    """The part of a whole database's schema that is in scope, less what the platform (`base`)
    brings along unchanged."""
    return Frame(scope, base or Schema(), schema).cut(schema)


def _in_schemas(key: ObjectKey, scope: Scope) -> bool:
    kind, _, name = key.name.partition(" ")
    if key.kind == "EXTENSION" or (key.kind in ABOUT and kind == "EXTENSION"):
        return False
    if scope.managed:
        return True
    if key.schema:
        return scope.has_schema(key.schema)
    if key.kind == "SCHEMA":
        return scope.has_schema(key.name)
    if key.kind in ABOUT and kind == "SCHEMA":
        return scope.has_schema(name.strip('"'))
    return True


def _extensions(schema: Schema, inside: set[ObjectKey], scope: Scope) -> frozenset[ObjectKey]:
    """The extensions that count, with the schemas they live in. Their comments don't: the text is
    their maker's and changes with their version."""
    if scope.extensions == "none":
        return frozenset()
    every = {key for key in schema if key.kind == "EXTENSION"}
    if scope.extensions == "needed":
        every &= {need for key in inside for need in schema[key].depends_on}
    return frozenset(every | set(_homes(schema, every)))


def _homes(schema: Schema, extensions: set[ObjectKey]) -> Iterator[ObjectKey]:
    for key in extensions:
        yield from (need for need in schema[key].depends_on if need.kind == "SCHEMA")


def schemas_left_out(schema: Schema, scope: Scope, base: Schema) -> Mapping[str, int]:
    """Schemas out of scope that hold objects which the platform did not bring, each with how
    many there are."""
    counted: dict[str, int] = {}
    for key, item in schema.objects.items():
        outside = key.schema and not (scope.managed or scope.has_schema(key.schema))
        if outside and base.ddl(key) != item.ddl and key.kind not in _RIGHTS:
            counted[key.schema] = counted.get(key.schema, 0) + 1
    return counted
