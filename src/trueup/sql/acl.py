"""Rights as the server itself writes them: aclitem."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from trueup.model.census import Grants
from trueup.model.rights import PUBLIC

# https://www.postgresql.org/docs/current/ddl-priv.html, table 5.1
_PRIVILEGES: Final = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
    "X": "EXECUTE",
    "U": "USAGE",
    "C": "CREATE",
    "c": "CONNECT",
    "T": "TEMPORARY",
    "s": "SET",
    "A": "ALTER SYSTEM",
}


@cache
def granted(acl: str) -> Grants:
    """Role to privileges, of a JSON list of aclitem texts: `grantee=privileges/grantor`, a role's
    name in quotes where it needs them, `*` after what may be passed on
    (https://www.postgresql.org/docs/current/ddl-priv.html). What may be passed on counts as a
    privilege of its own."""
    roles: dict[str, set[str]] = {}
    for item in json.loads(acl):
        role, rest = _role(item)
        letters = rest.partition("/")[0]
        held = roles.setdefault(role or PUBLIC, set())
        for letter, following in zip(letters, f"{letters[1:]} ", strict=True):
            if letter != "*":
                word = _PRIVILEGES.get(letter, letter)
                held.add(word)
                held.update([f"{word} WITH GRANT OPTION"] if following == "*" else ())
    return {role: frozenset(held) for role, held in roles.items()}


def _role(item: str) -> tuple[str, str]:
    """The role's name and what comes after the = sign."""
    if not item.startswith('"'):
        role, _, rest = item.partition("=")
        return role, rest
    end = 1
    while item[end : end + 2] == '""' or item[end] != '"':
        end += 2 if item[end] == '"' else 1
    return item[1:end].replace('""', '"'), item[end + 2 :]
