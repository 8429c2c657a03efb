"""What mends a thing that is not in sync, as every face shows it."""

from __future__ import annotations

from dataclasses import dataclass

_OURS = "trueup "


@dataclass(frozen=True, slots=True)
class Mend:
    """One way. `command` is what to run, word for word: a command of the terminal, or SQL where
    rights are mended by hand. `tool` is the agents' tool that does it, None where a person must;
    `does` says in one sentence what comes of it, `refused` why it would be refused as things
    stand."""

    command: str
    tool: str | None
    does: str
    refused: str | None = None

    @property
    def is_sql(self) -> bool:
        """Whether the command is SQL, and not for a terminal."""
        return not self.command.startswith(_OURS)

    @property
    def names_objects(self) -> bool:
        """Whether names from the database are part of the command."""
        return self.is_sql or " --only " in self.command


@dataclass(frozen=True, slots=True)
class ByHand:
    """Statements for rights that differ: those that take them back in the database, and those
    with which a migration would say them."""

    take_back: tuple[str, ...]
    say: tuple[str, ...]


def text_of(statements: tuple[str, ...]) -> str:
    """Statements on one line, ready to be copied."""
    return " ".join(f"{statement};" for statement in statements)
