"""A plan and its proof: as SQL ready for psql, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trueup.plan.plan import Statement
from trueup.report.hazards import hazard_json
from trueup.report.objects import object_json
from trueup.report.safe import one_line
from trueup.shadow.prove import Proof


def plan_json(proof: Proof) -> dict[str, Any]:
    """The plan as contract.md has it; `column_order` says that this is all that is left."""
    return {
        "proven": proof.holds,
        "column_order": proof.up_to_column_order,
        "statements": [_statement_json(statement) for statement in proof.plan.statements],
        "residual": [object_json(key) for key in proof.residue],
        "hints": [
            {"code": hint.code, "object": object_json(hint.object), "message": hint.message}
            for hint in proof.plan.hints
        ],
        "failure": proof.failure.message if proof.failure else None,
        "lost_rows": list(proof.lost),
    }


def _statement_json(statement: Statement) -> dict[str, Any]:
    return {
        "sql": statement.sql,
        "object": object_json(statement.object),
        "hazards": [hazard_json(hazard) for hazard in statement.hazards],
        "transactional": statement.transactional,
    }


def plan_sql(proof: Proof) -> str:
    """SQL alone, with hazards, hints and what is left over as comments."""
    return "\n".join([*_head(proof), *_body(proof), ""])


def _head(proof: Proof) -> Iterator[str]:
    for hint in proof.plan.hints:
        yield f"-- {hint.code}: {one_line(hint.message)}"
    if proof.failure:
        yield "-- NOT PROVEN: PostgreSQL refused a statement of this plan on a copy:"
        yield f"--   {one_line(proof.failure.message)}"
        yield f"--   {one_line(proof.failure.statement)}"
    elif proof.lost:
        yield "-- NOT PROVEN: on a copy, rows did not survive:"
        yield from (f"--   {one_line(words)}" for words in proof.lost)
    elif proof.up_to_column_order:
        yield "-- Proven, equal up to the order of columns in:"
        yield from (f"--   {one_line(str(key))}" for key in proof.residue)
    elif proof.residue:
        yield "-- NOT PROVEN: on a copy, these objects still differed afterwards:"
        yield from (f"--   {one_line(str(key))}" for key in proof.residue)


def _body(proof: Proof) -> Iterator[str]:
    for statement in proof.plan.statements:
        yield from (f"-- {h.code}: {one_line(h.message)}" for h in statement.hazards)
        if not statement.transactional:
            yield "-- runs alone, outside of any transaction"
        yield f"{statement.sql.rstrip()};"
