"""DDL to be shown: without the passwords that pg_dump writes into it."""

from __future__ import annotations

from trueup.model.schema import ObjectKey

MASK = "'********'"
_MAY_HOLD_SECRETS = frozenset(
    {"FOREIGN DATA WRAPPER", "FOREIGN TABLE", "SERVER", "SUBSCRIPTION", "USER MAPPING"}
)


def masked(key: ObjectKey, ddl: str) -> str:
    """The DDL with every option of a user mapping, the connection string of a subscription, and
    the values of options whose names speak of a secret replaced. Not for running."""
    return _masked(key.kind, ddl) if key.kind in _MAY_HOLD_SECRETS else ddl


def _masked(kind: str, ddl: str) -> str:
    from pglast import parser

    from trueup.diff.words.options import looks_secret

    try:
        tokens = parser.scan(ddl)
    except parser.ParseError:
        return f"-- not shown: it may hold a password that can't be found in it ({kind})\n"
    shown, end, before = "", 0, ""
    for token in tokens:
        word = ddl[token.start : token.end + 1]
        secret = kind == "USER MAPPING" or before == "CONNECTION" or looks_secret(before)
        is_secret = token.name == "SCONST" and secret
        shown += ddl[end : token.start] + (MASK if is_secret else word)
        end, before = token.end + 1, word
    return shown + ddl[end:]
