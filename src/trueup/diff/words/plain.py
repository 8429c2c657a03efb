"""Names without the quotes they don't need. Loads nothing: names are shown on every path."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def plain_name(name: str) -> str:
    """An identifier as people write it: quoted only where upper case, blanks and the like ask
    for it. Keywords stay bare: this is to be read, not run."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
