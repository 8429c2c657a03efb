"""Asking a person before rows or columns are lost or access is opened, in whichever way the client
can."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import (
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import is_version_at_least
from pydantic import BaseModel, Field

from trueup.mcp_server.untrusted import Fence
from trueup.report.safe import one_line, printable

if TYPE_CHECKING:
    from trueup.model.hazard import Hazard

# From this revision of the protocol on a server asks by way of its result, and the client calls
# again with the answer: https://modelcontextprotocol.io/specification (elicitation).
_ASKS_BY_RESULT = "2026-07-28"
_KEY = "consent"
_OPENS = "access_opened"
_LONGEST, _MOST, _SQL = 200, 20, 1000


@dataclass(frozen=True, slots=True)
class Card:
    """The migration a person is asked about, and the database; `tried`: it was run there, and
    rolled back for what it did."""

    name: str
    query: str
    where: str
    tried: bool


class Consent(BaseModel):
    """What a person is asked."""

    agree: bool = Field(description="Run it all the same")


def asked_before(ctx: Context[Any, Any], about: str) -> frozenset[str]:
    """The subjects that a person agreed to in an earlier round of this call; empty without one.
    Raises ToolError where the answer was no."""
    answer = (ctx.input_responses or {}).get(_KEY)
    if answer is None or ctx.request_state is None:
        return frozenset()
    state = json.loads(ctx.request_state)
    if state.get("about") != _digest(about):
        return frozenset()
    if isinstance(answer, ElicitResult):
        _insist(answer.action == "accept" and (answer.content or {}).get("agree") is True)
        return frozenset(state["subjects"])
    raise ToolError(_DECLINED)


async def ask(
    ctx: Context[Any, Any],
    hazards: Sequence[Hazard],
    about: str,
    agreed: Iterable[str] = (),
    card: Card | None = None,
) -> frozenset[str] | InputRequiredResult:
    """The subjects a person agreed to, or the result that makes the client ask.

    `about` is what is agreed to; an answer counts for nothing else. `agreed` was agreed to before;
    `card` is what a person should see besides. Raises ToolError where the person declines, and
    where the client can't ask anybody.
    """
    subjects = frozenset(hazard.subject for hazard in hazards if hazard.destructive)
    subjects |= frozenset(agreed)
    message = _message(hazards, card)
    if not _can_ask(ctx):
        raise ToolError(_cannot(hazards))
    if is_version_at_least(ctx.protocol_version or "", _ASKS_BY_RESULT):
        params = ElicitRequestFormParams(
            message=message, requested_schema=Consent.model_json_schema()
        )
        state = {"about": _digest(about), "subjects": sorted(subjects)}
        return InputRequiredResult(
            input_requests={_KEY: ElicitRequest(params=params)}, request_state=json.dumps(state)
        )
    answer = await ctx.elicit(message, Consent)
    _insist(answer.action == "accept" and answer.data.agree)
    return subjects


def _can_ask(ctx: Context[Any, Any]) -> bool:
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None:
        return False
    return elicitation.form is not None or elicitation.url is None


def _insist(agreed: bool) -> None:
    if not agreed:
        raise ToolError(_DECLINED)


_DECLINED = (
    "[destructive_declined] the person who was asked did not agree; nothing was changed\n"
    "next: do not try again in another form; ask what is wanted instead"
)


def _message(hazards: Sequence[Hazard], card: Card | None) -> str:
    if card is None:
        return f"This {_does(hazards)}, or may:\n{_listed(hazards)}\nDo it all the same?"
    may = "" if card.tried else ", or may"
    tried = ["It was tried there and rolled back."] if card.tried else []
    return "\n".join(
        [
            f"The migration {card.name} on {one_line(card.where)} {_does(hazards)}{may}:",
            _listed(hazards),
            *tried,
            "Its SQL:",
            printable(card.query[:_SQL] + (" …" if len(card.query) > _SQL else "")),
            "Run it all the same?",
        ]
    )


def _does(hazards: Sequence[Hazard]) -> str:
    codes = {hazard.code for hazard in hazards if hazard.destructive}
    opens = ["opens access"] if _OPENS in codes else []
    return " and ".join([*opens, *(["destroys data"] if codes - {_OPENS} else [])])


def _cannot(hazards: Sequence[Hazard]) -> str:
    fence = Fence()
    return (
        f"[destructive_not_agreed] the SQL {_does(hazards)}, or may, and this client can't ask a"
        f" person; nothing was changed. {fence.note}\n{fence.text(_listed(hazards))}\n"
        "next: leave that part out; or have a person run it (create_migration writes the file,"
        " `trueup apply` applies it), or start the server with --allow-destructive"
    )


def _listed(hazards: Sequence[Hazard]) -> str:
    lines = [f"- {one_line(hazard.message)[:_LONGEST]}" for hazard in hazards if hazard.destructive]
    more = [f"- and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n".join([*lines[:_MOST], *more])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
