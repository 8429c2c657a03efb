"""PURE. What new SQL would do, judged before it is run: by PostgreSQL's parser from the text, and
by comparing what a rehearsal on the shadow gave before and after; and what it did, judged before it
is committed, from what PostgreSQL counted and what its catalogs say."""

from __future__ import annotations

from trueup.verdict.effects.changes import (
    Rehearsal,
    columns,
    computed_columns,
    hazards_of_changes,
    refusals_of_changes,
    routines,
)
from trueup.verdict.effects.hazards import hazards_of_text, renamed
from trueup.verdict.effects.lost import lost
from trueup.verdict.effects.opened import opened
from trueup.verdict.effects.pieces import Piece, pieces
from trueup.verdict.effects.refusals import refusals_of_text, uses_outside
from trueup.verdict.effects.rereads import rereads
from trueup.verdict.effects.using import usings
from trueup.verdict.effects.values import Refusal, together

__all__ = [
    "Piece",
    "Refusal",
    "Rehearsal",
    "columns",
    "computed_columns",
    "hazards_of_changes",
    "hazards_of_text",
    "lost",
    "opened",
    "pieces",
    "refusals_of_changes",
    "refusals_of_text",
    "renamed",
    "rereads",
    "routines",
    "together",
    "uses_outside",
    "usings",
]
