"""Connection strings as values that do not show their passwords."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trueup.errors import UsageError

MASK: Final = "***"
SCHEMES: Final = ("postgresql://", "postgres://")
_SECRET_WORDS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})


@dataclass(frozen=True, slots=True, repr=False)
class DatabaseUrl:
    """A libpq URI or conninfo string, and where it came from ("--database-url", "DATABASE_URL").

    `repr`, `str` and format never show a password: `reveal()` does, for connecting only.
    """

    _text: str
    source: str

    def reveal(self) -> str:
        """The string as given, password and all."""
        return self._text

    @property
    def display(self) -> str:
        """The string with everything that may be secret masked; rather too much than too little."""
        return masked(self._text)

    @property
    def has_password(self) -> bool:
        """Whether a password is written in the string."""
        return self.display != self._text

    @property
    def is_postgres(self) -> bool:
        """Whether it has the form of a URI or a conninfo string that libpq takes."""
        return self._text.startswith(SCHEMES) or _words(self._text) is not None

    def __repr__(self) -> str:
        return f"DatabaseUrl({self.display!r}, source={self.source!r})"

    def __str__(self) -> str:
        return self.display


def checked(url: DatabaseUrl) -> DatabaseUrl:
    """The same URL, or UsageError (`database_url_invalid`) where libpq could not take it."""
    if url.is_postgres:
        return url
    raise UsageError(
        f"{url.source} is not a PostgreSQL connection string",
        code="database_url_invalid",
        hint="write postgresql://user@host:5432/name, or host=… dbname=… user=…;"
        " TRUEUP_DATABASE_URL goes before DATABASE_URL",
        subject=url.source,
    )


def masked(text: str) -> str:
    """A connection string without its secrets; all of it masked where it can't be understood."""
    if "://" in text:
        return _masked_uri(text)
    words = _words(text)
    if words is None:
        return MASK
    if not any(key in _SECRET_WORDS for key, _ in words):
        return text
    return " ".join(f"{k}={MASK if k in _SECRET_WORDS else _quoted(v)}" for k, v in words)


def _masked_uri(text: str) -> str:
    """Masks from the first colon of the user part to the last @, because a password that should
    have been percent-encoded may hold any character, and so secret query parameters."""
    scheme, _, rest = text.partition("://")
    before, at, after = rest.rpartition("@")
    user, colon, _ = before.partition(":")
    head = f"{user}:{MASK}{at}" if colon else before + at
    base, question, query = after.partition("?")
    parameters = "&".join(_masked_parameter(part) for part in query.split("&") if question)
    return f"{scheme}://{head}{base}{question}{parameters}"


def _masked_parameter(part: str) -> str:
    from urllib.parse import unquote  # only a URL with parameters pays for it

    key, equals, _ = part.partition("=")
    return f"{key}={MASK}" if equals and unquote(key).lower() in _SECRET_WORDS else part


def _quoted(value: str) -> str:
    plain = value and not any(c in value for c in " \t\n'\\")
    return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _words(text: str) -> list[tuple[str, str]] | None:
    """The keywords and values of a conninfo string, or None where it is not one.

    The rules are https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING.
    """
    words: list[tuple[str, str]] = []
    rest = text.strip()
    while rest:
        key, equals, rest = rest.partition("=")
        key = key.strip()
        if not equals or not key.isidentifier():
            return None
        taken = _value(rest.lstrip())
        if taken is None:
            return None
        value, rest = taken
        words.append((key, value))
        rest = rest.lstrip()
    return words or None


def _value(text: str) -> tuple[str, str] | None:
    """The value at the start of the text and what follows; None where a quote is not closed."""
    quoted = text.startswith("'")
    value, at = "", 1 if quoted else 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            at += 1
            char = text[at]
        elif quoted and char == "'":
            return value, text[at + 1 :]
        elif not quoted and char.isspace():
            return value, text[at:]
        value += char
        at += 1
    return None if quoted else (value, "")
