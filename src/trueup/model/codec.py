"""A Schema as plain JSON values and back, for the cache."""

from __future__ import annotations

from typing import Any

from trueup.model.schema import ObjectKey, Schema, SchemaObject


def encode(schema: Schema) -> list[list[Any]]:
    """Lists of strings only: no type is ever looked up by name when reading back."""
    return [
        [
            *item.key,
            item.ddl,
            item.drop,
            item.owner,
            [list(need) for need in item.depends_on],
            item.verbatim,
        ]
        for item in schema.objects.values()
    ]


def decode(rows: list[list[Any]]) -> Schema:
    """The schema that `encode` wrote."""
    return Schema.of(
        SchemaObject(
            ObjectKey(kind, schema, name),
            ddl,
            drop,
            owner,
            tuple(ObjectKey(*need) for need in needs),
            verbatim,
        )
        for kind, schema, name, ddl, drop, owner, needs, verbatim in rows
    )
