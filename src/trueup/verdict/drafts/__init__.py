"""PURE. What new SQL would do, judged before it is run: by PostgreSQL's parser from the text, and
by comparing what a rehearsal on the shadow gave before and after; and what it did, judged before it
is committed, from what PostgreSQL counted and what its catalogs say."""

from __future__ import annotations

from trueup.sql.pieces import Piece, pieces
from trueup.verdict.drafts.changes import (
    Rehearsal,
    columns,
    computed_columns,
    hazards_of_changes,
    refusals_of_changes,
    routines,
)
from trueup.verdict.drafts.hazards import hazards_of_text, renamed
from trueup.verdict.drafts.lost import lost
from trueup.verdict.drafts.opened import opened
from trueup.verdict.drafts.refusals import refusals_of_text, uses_outside
from trueup.verdict.drafts.rereads import rereads
from trueup.verdict.drafts.using import usings
from trueup.verdict.drafts.values import Refusal, together

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
