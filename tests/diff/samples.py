"""DDL of every kind as pg_dump writes it: samples.sql, blocks of `-- kind: TABLE` and its text."""

from __future__ import annotations

from pathlib import Path


def read_samples() -> tuple[tuple[str, str], ...]:
    """Kind and DDL of each sample."""
    text = "\n" + (Path(__file__).parent / "samples.sql").read_text(encoding="utf-8")
    blocks = (block.partition("\n") for block in text.split("\n-- kind: ")[1:])
    return tuple((kind, ddl.rstrip("\n") + "\n") for kind, _, ddl in blocks)
