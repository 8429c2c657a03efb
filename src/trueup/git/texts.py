"""What can be wrong inside staged files: bytes that are no text, merge markers, SQL that does not
parse. The common file is only looked through; what explains a mistake is imported when there is
one, and PostgreSQL's parser when there is new SQL to read."""

from __future__ import annotations

from trueup.folder.layouts.signs import may_have_down
from trueup.git.complaint import ERROR, WARNING, Complaint, of_finding
from trueup.model.schema_marks import FOOTER, HEADER

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from typing import Any, Literal

    from trueup.git.process import Object

# Beyond this a file is not read as SQL: nobody waits that long for a commit.
LARGEST_PARSED = 32 * 1024 * 1024
LARGEST = 256 * 1024 * 1024  # what a replay takes; see folder.reading


def schema_file_complaints(path: str, blob: Object) -> list[Complaint]:
    """What is wrong with the staged schema.sql itself."""
    if blob.content is None:
        return [_too_large(path, blob.size, "schema_file")]
    found = _bytes_complaints(blob.content, "schema_file", path)
    if not found and not blob.content.strip():
        found = [
            Complaint(
                "schema_file_empty",
                path,
                f"{path} is staged empty",
                "nobody could build the schema from it",
                f"trueup dump && git add {path}",
            )
        ]
    return found or _cut_off(path, blob.content)


def migration_complaints(path: str, blob: Object) -> list[Complaint]:
    """What is wrong with one staged migration: its bytes; where they are text, its SQL."""
    if blob.content is None:
        return [_too_large(path, blob.size, "migration")]
    found = _bytes_complaints(blob.content, "migration", path)
    if found:
        return found
    if len(blob.content) > LARGEST_PARSED:
        return []
    return sql_complaints(path, blob.content) or _down_complaints(path, blob.content)


def _down_complaints(path: str, content: bytes) -> list[Complaint]:
    """Another tool's Down part, which a replay would run after the Up part."""
    if not may_have_down(content):
        return []
    from trueup.folder.layouts.down import section

    part = section(content, path)
    if part is None:
        return []
    return [
        Complaint(
            "migration_down_section",
            path,
            f"{path} has a Down part of {part.tool}'s",
            "it would run right after the Up part: trueup runs a file whole",
            f"leave only the Up part in it, then git add {path}",
            place=(part.place.line, None),
        )
    ]


def _bytes_complaints(
    data: bytes, kind: Literal["migration", "schema_file"], path: str
) -> list[Complaint]:
    if not _suspicious(data):
        return []
    from trueup.folder.content import content_findings

    found = [of_finding(each) for each in content_findings(data, kind, path) if each.is_error]
    for complaint in found:
        complaint.mend = complaint.mend.replace("FILE", path)
        if kind == "schema_file":
            complaint.why = "it would not load into a database"
            complaint.mend = f"trueup dump && git add {path}"
    return found


def _suspicious(data: bytes) -> bool:
    if b"\0" in data or b"<<<<<<<" in data or b">>>>>>>" in data:
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def _cut_off(path: str, data: bytes) -> list[Complaint]:
    if not data.startswith(HEADER.encode()) or data.rstrip().endswith(FOOTER.encode()):
        return []
    return [
        Complaint(
            "schema_file_truncated",
            path,
            f"{path} does not end in {FOOTER!r}: it is cut off, or something was added to it",
            "it is written by trueup alone, whole",
            f"trueup dump && git add {path}",
            place=(data.rstrip().count(b"\n") + 1, 1),
        )
    ]


def _too_large(path: str, size: int, kind: str) -> Complaint:
    return Complaint(
        f"{kind}_too_large",
        path,
        f"{path} has {size // 1024**2} MiB; at most {LARGEST // 1024**2} MiB are replayed",
        "a schema has no need of so much",
        f"git restore --staged {path}, and load data some other way",
        severity=ERROR,
    )


def not_parsed(path: str, size: int) -> Complaint:
    """The word about a file that is too large to be read as SQL while somebody waits."""
    return Complaint(
        "migration_not_parsed",
        path,
        f"{path} has {size // 1024**2} MiB: its SQL was not looked at",
        severity=WARNING,
    )


def sql_complaints(path: str, content: bytes) -> list[Complaint]:
    """The first syntax error of a file, as PostgreSQL's own grammar sees it.

    psql's meta-commands and the data of COPY are taken out first, as a replay does.
    """
    text = content.decode("utf-8-sig")
    try:
        sql = _readable(text, path) if "\\" in text else text
    except Exception as problem:
        refused = _refused(problem, path)
        if refused is None:
            raise
        return [refused]
    parser = _parser()
    try:
        parser.split(sql, with_parser=True, only_slices=True)
    except parser.ParseError as problem:
        return [_syntax(path, text, problem)]
    return []


def _parser() -> Any:
    """PostgreSQL's parser. The installed hook leaves out the site module; where that is what finds
    pglast (a .pth file, say), it is made good for."""
    try:
        from pglast import parser
    except ModuleNotFoundError:
        import site

        site.main()
        from pglast import parser
    return parser


def _readable(text: str, path: str) -> str:
    from trueup.sql.script import may_be_script, read_script

    return read_script(text, path).sql if may_be_script(text) else text


def _refused(problem: Exception, path: str) -> Complaint | None:
    """A meta-command of psql that would change what runs."""
    from trueup.errors import StatementFailed

    if not isinstance(problem, StatementFailed):
        return None
    place = problem.location
    return Complaint(
        problem.code,
        path,
        problem.message,
        "the same file must run the same way everywhere",
        problem.hint,
        place=(place.line, place.column) if place else (None, None),
    )


def _syntax(path: str, text: str, problem: Exception) -> Complaint:
    message, offset = (*problem.args, None)[:2]
    line = column = None
    if isinstance(offset, int):
        offset = min(offset, len(text))
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Complaint(
        "migration_syntax",
        path,
        f"{message}",
        "PostgreSQL will refuse the file",
        f"correct it, then git add {path}",
        place=(line, column),
    )
