"""What a file asks of a real extension and a stand-in can't give, taken out and told.

PostgreSQL's parser finds it, in statements, in the statements of DO blocks and in the texts they
EXECUTE; nothing else of a file is touched. Storage options of indexes whose access method is stood
in for (`WITH (lists = 100)`) become a comment; the VERSION that CREATE or ALTER EXTENSION names and
SECURITY LABEL for a provider that only the extension's library brings are blanked. On a server that
was lent, where no files can be added, CREATE EXTENSION becomes a call (see `calls`). `original` of
the result says where each position was in the file.

Two more edits let files run that were right when they ran: older projects had more extensions from
the start, with their schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from trueup.platform.supabase import ONCE_THERE
from trueup.shadow.platform.calls import call_text
from trueup.shadow.platform.edits import Edit, Edited, apply_edits, blank
from trueup.shadow.platform.standins import standins
from trueup.sql.hidden import PLACEHOLDER, Source, within_do
from trueup.sql.statements import statement_slices
from trueup.sql.tree import kind_of, parse_one

# Index access method -> the extension that brings it.
METHODS = {"hnsw": "vector", "ivfflat": "vector", "pgroonga": "pgroonga"}
# Security label provider -> the extension that brings it.
PROVIDERS = {"pgsodium": "pgsodium"}
# Cheap tests before the parser is asked, which costs a hundred times as much: whether a text has a
# word of these, and how a statement begins.
_WORDS = ("extension", "security", *METHODS)
_BEGINNINGS = (
    "create extension",
    "alter extension",
    "drop extension",
    "security label",
    "do",
)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something in a file that had no effect because an extension is a stand-in.

    `what` says it for people; `offset` is its place in characters. For index options, `subject` is
    the index (its table where it has no name) and `options` what was left out, so that a comparison
    with a database that has them knows.
    """

    extension: str
    what: str
    subject: str
    offset: int
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file as it can run here. `created` names the extensions whose CREATE became a call."""

    text: str
    edited: Edited
    created: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

    def original(self, offset: int) -> int:
        """Where a character of `text` was in the file."""
        return self.edited.original(offset)


def rewrite(
    text: str, *, standing_in: Collection[str], absent: Collection[str] = frozenset()
) -> Rewritten:
    """The file's text for a server where the extensions `standing_in` are stand-ins.

    `absent` are those of them whose files could not be added to the server: their CREATE EXTENSION
    is replaced. Text that can't be parsed is left alone; the server says what is wrong with it.
    """
    if not standing_in or not _worth(text):
        return Rewritten(text, Edited(text))
    pen = _Pen(text, frozenset(standing_in), frozenset(absent))
    for part in statement_slices(text):
        pen.look(Source.at(text[part], part.start))
    edited = apply_edits(text, pen.edits)
    return Rewritten(edited.text, edited, tuple(pen.created), tuple(pen.passed_over))


def _worth(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _WORDS)


def _worth_parsing(statement: str) -> bool:
    lowered = statement.lower()
    if any(method in lowered for method in METHODS):
        return True
    words = lowered.split(None, 2)[:2]
    if any(word.startswith(("--", "/*")) for word in words):
        return _worth(statement)
    return f"{' '.join(words)} ".startswith(_BEGINNINGS) and _worth(statement)


@dataclass
class _Pen:
    """Collects edits, statement by statement."""

    text: str
    standing_in: frozenset[str]
    absent: frozenset[str]
    edits: list[Edit] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)

    def look(self, source: Source) -> None:
        """Looks at one statement."""
        if not _worth_parsing(source.sql):
            return
        tree = parse_one(source.sql)
        write = _WRITERS.get(kind_of(tree))
        if write is not None:
            write(self, tree, source)

    def leave_out(self, note: PassedOver, source: Source, start: int, stop: int) -> None:
        """Blanks part of a statement."""
        part = source.part(start, stop)
        if part is not None:
            self.edits.append(blank(self.text, part.start, part.stop))
            self.passed_over.append(note)


def _index(pen: _Pen, tree: Any, source: Source) -> None:
    """The clause becomes a comment: a template that fills it in needs its specifiers kept."""
    extension = METHODS.get(tree.accessMethod, "")
    if extension not in pen.standing_in or not tree.options:
        return
    with_, open_, close = _with_clause(source.tokens(), tree.options[0].location)
    head, tail = source.part(with_, open_ + 1), source.part(close, close + 1)
    if head is None or tail is None:
        return
    # One character less here, one more there: what follows stays where it was.
    pen.edits.append(Edit(head.start, head.stop, "/*".ljust(head.stop - head.start - 1)))
    pen.edits.append(Edit(tail.start, tail.stop, "*/"))
    options = tuple((option.defname, _value(option.arg)) for option in tree.options)
    subject = tree.idxname or _relation(tree.relation)
    told = ", ".join(f"{name} = {value}" if value else name for name, value in options)
    what = f"{tree.accessMethod} options of index {subject}: {told}"
    pen.passed_over.append(PassedOver(extension, what, subject, head.start, options))


def _with_clause(tokens: Sequence[Any], first_option: int) -> tuple[int, int, int]:
    """Where WITH, its parenthesis and the closing one are, around `first_option`."""
    here = next(n for n, token in enumerate(tokens) if token.start == first_option)
    depth, last = 1, here
    while depth:
        last += 1
        depth += {"ASCII_40": 1, "ASCII_41": -1}.get(tokens[last].name, 0)
    return tokens[here - 2].start, tokens[here - 1].start, tokens[last].start


def _create(pen: _Pen, tree: Any, source: Source) -> None:
    if tree.extname not in pen.absent:
        _version(pen, tree, source)
        _fixed_schema(pen, tree, source)
        return
    part = source.part(0, len(source.sql))
    if part is None:
        return
    options = {option.defname: option for option in tree.options or ()}
    call = call_text(
        source.verb,
        tree.extname,
        schema=options["schema"].arg.sval if "schema" in options else None,
        if_not_exists=bool(tree.if_not_exists),
        cascade="cascade" in options,
    )
    pen.edits.append(Edit(part.start, part.stop, call + "\n" * source.sql.count("\n")))
    pen.created.append(tree.extname)


def _fixed_schema(pen: _Pen, tree: Any, source: Source) -> None:
    """SCHEMA is taken out where it names the one that the extension makes for itself: PostgreSQL
    insists that a schema which is named exists (CreateExtensionInternal in extension.c)."""
    schema = next((o for o in tree.options or () if o.defname == "schema"), None)
    if schema is None or tree.extname not in pen.standing_in:
        return
    if schema.arg.sval != standins()[tree.extname].schema:
        return
    part = source.part(*_with_next(source.tokens(), schema.location))
    if part is not None:
        pen.edits.append(blank(pen.text, part.start, part.stop))


def _with_next(tokens: Sequence[Any], start: int) -> tuple[int, int]:
    """The stretch of the token that starts there and the one after it."""
    here = next(n for n, token in enumerate(tokens) if token.start == start)
    return start, tokens[here + 1].end + 1


def _version(pen: _Pen, tree: Any, source: Source) -> None:
    """VERSION of CREATE EXTENSION, TO of ALTER EXTENSION UPDATE: a stand-in has one version."""
    version = next((o for o in tree.options or () if o.defname == "new_version"), None)
    if version is None or tree.extname not in pen.standing_in:
        return
    if version.arg.sval == standins()[tree.extname].version:
        return
    start, stop = _with_next(source.tokens(), version.location)
    what = f"version {version.arg.sval} of extension {tree.extname}"
    note = PassedOver(tree.extname, what, tree.extname, source.places[start])
    pen.leave_out(note, source, start, stop)


def _alter(pen: _Pen, tree: Any, source: Source) -> None:
    if tree.extname in pen.absent:
        what = f"update of extension {tree.extname}"
        note = PassedOver(tree.extname, what, tree.extname, source.places[0])
        pen.leave_out(note, source, 0, len(source.sql))
    else:
        _version(pen, tree, source)


def _drop(pen: _Pen, tree: Any, source: Source) -> None:
    if tree.removeType.name != "OBJECT_EXTENSION" or tree.missing_ok:
        return
    names = {name.sval for name in tree.objects} & pen.standing_in
    if names.intersection(ONCE_THERE):
        word = source.tokens()[1]
        part = source.part(word.start, word.end + 1)
        if part is not None:
            pen.edits.append(Edit(part.stop, part.stop, " IF EXISTS"))


def _label(pen: _Pen, tree: Any, source: Source) -> None:
    extension = PROVIDERS.get(tree.provider, "")
    if extension in pen.standing_in:
        target = ".".join(part.sval for part in tree.object if hasattr(part, "sval"))
        what = f"security label of {tree.provider} on {target}"
        note = PassedOver(extension, what, target, source.places[0])
        pen.leave_out(note, source, 0, len(source.sql))


def _do(pen: _Pen, tree: Any, source: Source) -> None:
    body = next((option.arg.sval for option in tree.args if option.defname == "as"), "")
    for inner in within_do(source, body):
        pen.look(inner)


def _value(arg: Any) -> str:
    """An option's value as written; empty for one that stands alone."""
    if arg is None:
        return ""
    for name in ("sval", "ival", "fval", "boolval"):
        if hasattr(arg, name):
            return str(getattr(arg, name))
    names = ".".join(name.sval for name in getattr(arg, "names", None) or ())
    return PLACEHOLDER if names.strip(PLACEHOLDER) == "" else names


def _relation(relation: Any) -> str:
    return ".".join(filter(None, (relation.schemaname, relation.relname)))


_WRITERS: dict[str, Callable[[_Pen, Any, Source], None]] = {
    "IndexStmt": _index,
    "CreateExtensionStmt": _create,
    "AlterExtensionStmt": _alter,
    "DropStmt": _drop,
    "SecLabelStmt": _label,
    "DoStmt": _do,
}
