"""Everything trueup raises on purpose.

    TrueupError
    ├── UsageError            2   the command line or the configuration is wrong
    │   └── ConfigError       2   trueup.toml and kin; carries every problem at once
    ├── ValidationFailed      1   a rule of the project does not hold (a migration name, a hazard)
    ├── CannotTell            3   something needed could not be had, so no answer is honest
    │   ├── ServerUnavailable 3   no usable PostgreSQL, or it would not start
    │   ├── ConnectionFailed  3   a database could not be reached or refused us
    │   ├── LockTimeout       3   somebody else holds the migration lock
    │   ├── DumpFailed        3   pg_dump could not read a database
    │   └── StatementFailed   3   PostgreSQL refused a statement of a file
    └── Interrupted         130   Ctrl-C or SIGTERM

Each error has a stable `code` (docs/errors.md), a message (the fact), a hint (the next step) and,
where it is about a file, a location. Nothing here is a traceback for a user: `cli.main` shows
them. Anything else that reaches `cli.main` is a bug and exits with 70 (exits.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from trueup import exits
from trueup.model.finding import Finding, Location, Severity


class TrueupError(Exception):
    """Base of all errors meant for the user."""

    exit_status: ClassVar[int] = exits.CANNOT
    code: str = "error"
    failures: Sequence[StatementFailed] = ()
    """Statements that PostgreSQL refused, to be shown with their places, where there are any."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str = "",
        subject: str = "",
        location: Location | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint
        self.subject = subject
        self.location = location

    def finding(self) -> Finding:
        """The same fact in the shape that reports show."""
        return Finding(
            self.code, Severity.ERROR, self.subject, self.message, self.hint, self.location
        )

    def findings(self) -> Sequence[Finding]:
        """All facts of this error; more than one where several problems came together."""
        return (self.finding(),)


class UsageError(TrueupError):
    """The command line, or something it names, is not usable."""

    exit_status = exits.MISUSED
    code = "usage"


class ConfigError(UsageError):
    """The configuration is wrong; `problems` holds every problem found, not only the first."""

    code = "config_invalid"

    def __init__(self, problems: Sequence[Finding]) -> None:
        first = problems[0]
        super().__init__(
            first.message,
            code=first.code,
            hint=first.hint,
            subject=first.subject,
            location=first.location,
        )
        self.problems = tuple(problems)

    def findings(self) -> Sequence[Finding]:
        return self.problems


class ValidationFailed(TrueupError):
    """A rule of the project does not hold; nothing was changed. `problems` holds all of them."""

    exit_status = exits.DIFFERS
    code = "validation_failed"

    def __init__(self, message: str, *, problems: Sequence[Finding] = (), **fields: object) -> None:
        super().__init__(message, **fields)  # type: ignore[arg-type]
        self.problems = tuple(problems)

    def findings(self) -> Sequence[Finding]:
        return self.problems or (self.finding(),)


class CannotTell(TrueupError):
    """Something needed could not be had, so no answer would be honest."""

    code = "cannot_tell"


class ServerUnavailable(CannotTell):
    """No usable PostgreSQL was found, or it would not start."""

    code = "server_unavailable"


class ConnectionFailed(CannotTell):
    """A database could not be reached, or refused us."""

    code = "connection_failed"


class LockTimeout(CannotTell):
    """Somebody else holds the migration lock."""

    code = "lock_timeout"


class DumpFailed(CannotTell):
    """pg_dump could not read a database."""

    code = "dump_failed"


class StatementFailed(CannotTell):
    """PostgreSQL refused a statement of a file.

    `statement` is the SQL that failed, `sqlstate` its five-character code
    (https://www.postgresql.org/docs/current/errcodes-appendix.html), `detail` and
    `server_hint` what PostgreSQL said besides its message, `context` its CONTEXT lines; `source`
    is the whole text of the file, for reports that show the place. `also` is what is known of
    the cause besides.
    """

    code = "statement_failed"

    def __init__(
        self,
        message: str,
        *,
        statement: str = "",
        sqlstate: str = "",
        detail: str = "",
        server_hint: str = "",
        context: str = "",
        source: str = "",
        **fields: object,
    ) -> None:
        super().__init__(message, **fields)  # type: ignore[arg-type]
        self.statement = statement
        self.sqlstate = sqlstate
        self.detail = detail
        self.server_hint = server_hint
        self.context = context
        self.source = source
        self.also: tuple[Finding, ...] = ()

    def findings(self) -> Sequence[Finding]:
        return (self.finding(), *self.also)


class Interrupted(TrueupError):
    """Ctrl-C or SIGTERM; whatever was under way has been rolled back or cleaned up."""

    exit_status = exits.INTERRUPTED
    code = "interrupted"
