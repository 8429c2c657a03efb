"""The arguments that several tools take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

ProjectId = Annotated[
    str | None,
    Field(description="The Supabase project; checked against this server's where it is known."),
]
Name = Annotated[str, Field(description="The name of the migration in snake_case")]
Query = Annotated[
    str,
    Field(
        description="The SQL of the migration. It runs in one transaction: no BEGIN or COMMIT, no"
        " SET ROLE, no CONCURRENTLY."
    ),
]
