"""What psycopg raises where nobody expected it: the server's fault, or ours?"""

from __future__ import annotations

import sys

from trueup.errors import CannotTell, ConnectionFailed, TrueupError

# Classes of SQLSTATE (Appendix A of PostgreSQL's manual) that say nothing of our SQL: connection,
# authorization, transaction state and rollback, resources, object state, intervention, system.
_CIRCUMSTANCES = ("08", "25", "28", "40", "53", "54", "55", "57", "58", "XX")
_NOT_PERMITTED = "42501"


def told(problem: BaseException) -> TrueupError | None:
    """The error to show in place of one of psycopg's that was caught nowhere; None for whatever
    is a bug of ours. Imports nothing: without psycopg there is none of its errors."""
    psycopg = sys.modules.get("psycopg")
    if psycopg is None or not isinstance(problem, psycopg.Error):
        return None
    state = problem.sqlstate or ""
    said = problem.diag.message_primary or str(problem).strip() or type(problem).__name__
    lost = isinstance(problem, psycopg.OperationalError) and not state
    if lost or state.startswith(("08", "57P0")):
        return ConnectionFailed(
            f"the connection went away: {said}",
            code="connection_lost",
            hint="`trueup status` says what was applied; then run the command again",
        )
    if state == _NOT_PERMITTED or state.startswith(_CIRCUMSTANCES):
        return CannotTell(
            f"the server refused what trueup asked of it: {said} [SQLSTATE {state}]",
            code="server_refused",
            hint="`trueup doctor` looks at the connection and its rights",
        )
    return None
