"""Options as facts: storage parameters, options of foreign objects, lists of `name = value`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trueup.diff.words.facts import Fact, Facts, Flag, Long, Value
from trueup.diff.words.text import plain
from trueup.sql.slices import Sliced

_SECRET_PARTS = ("pass", "secret", "token", "credential", "key", "pwd")


def looks_secret(name: str) -> bool:
    """Whether an option's name says that its value is nobody's business."""
    return any(part in name.lower() for part in _SECRET_PARTS)


def options(texts: Iterable[str], label: str = "option") -> Facts:
    """Facts `option fillfactor` -> 30 from `"fillfactor"='30'` or `"host" 'h'`.

    Values of options whose name speaks of a secret are compared but never shown.
    """
    return dict(_option(text, label) for text in texts)


def _option(text: str, label: str) -> tuple[str, Fact]:
    name, value = _name_and_value(text)
    return f"{label} {name}", Long(value) if looks_secret(name) else Value(value or "on")


def _name_and_value(text: str) -> tuple[str, str]:
    """The name may hold a dot (toast.fillfactor); an `=` after it is not part of the value."""
    tokens = Sliced.of(text).tokens
    count = 1
    while count + 1 < len(tokens) and text[tokens[count].start] == ".":
        count += 2
    name = plain(text[: tokens[count - 1].end + 1])
    value = text[tokens[count - 1].end + 1 :].strip().removeprefix("=").strip()
    return name, _unquoted(value)


def _unquoted(value: str) -> str:
    """`'30'` as 30 where nothing but a word or a number is quoted."""
    inner = value[1:-1]
    simple = inner.replace(".", "").replace("-", "").replace("_", "").isalnum()
    quoted = value[:1] in ("'", '"') and value[-1:] == value[:1]
    return inner if quoted and simple else value


def element_options(nodes: Any, sliced: Sliced, label: str = "option") -> Facts:
    """Options from the DefElems of a parse tree, by name."""
    return options(sorted(sliced.element(node.location) for node in nodes or ()), label)


def definition(nodes: Any, sliced: Sliced) -> Facts:
    """Facts from a list `SFUNC = "f", PASSEDBYVALUE`: names in upper case, values as written."""
    facts: Facts = {}
    for node in nodes or ():
        _, is_set, value = sliced.element(node.location).partition("=")
        facts[node.defname.upper()] = Value(_unquoted(plain(value))) if is_set else Flag()
    return facts


def secret_options(nodes: Any, sliced: Sliced, label: str = "option") -> Facts:
    """Options of which only the names are ever shown."""
    return {
        f"{label} {plain(node.defname)}": Long(sliced.element(node.location))
        for node in nodes or ()
    }
