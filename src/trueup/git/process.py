"""Running git from a hook, with os alone: importing subprocess costs more than git itself takes."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader

_SIGPIPE = 13  # Python ignores it, and children inherit that; git should not
_AT_ONCE = 200  # requests sent ahead: they fit into a pipe's buffer, so neither side can block
_PIECE = 1 << 20


class GitFailedError(Exception):
    """git said no: its exit status (127 where there is no git) and what it printed."""

    def __init__(self, arguments: list[str], status: int, said: str) -> None:
        super().__init__(f"git {arguments[0]}: {said or f'exit status {status}'}")
        self.arguments = arguments
        self.status = status
        self.said = said


def git(arguments: list[str], stdin: bytes = b"", directory: str | None = None) -> bytes:
    """What a git command prints. `stdin` must be small (it is written before anything is read).

    The environment is passed on as it is: a hook's GIT_INDEX_FILE names the index that is about to
    be committed, which is not always the usual one. Raises GitFailedError.
    """
    where = ["-C", directory] if directory else []
    child = _Child(["git", *where, *arguments])
    os.write(child.stdin, stdin)
    os.close(child.stdin)
    out, said = _drain(child.stdout), _drain(child.stderr)
    status = child.wait()
    if status:
        raise GitFailedError(arguments, status, said.decode("utf-8", "replace").strip())
    return out


def has(arguments: list[str], directory: str | None = None) -> bytes | None:
    """The same, None where git refuses."""
    try:
        return git(arguments, directory=directory)
    except GitFailedError:
        return None


class _Child:
    """A git process and our ends of its three pipes."""

    def __init__(self, command: list[str]) -> None:
        stdin, self.stdin = os.pipe()
        self.stdout, stdout = os.pipe()
        self.stderr, stderr = os.pipe()
        actions = [
            (os.POSIX_SPAWN_DUP2, stdin, 0),
            (os.POSIX_SPAWN_DUP2, stdout, 1),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
        ]
        try:
            self._pid = os.posix_spawnp(
                "git", command, os.environ, file_actions=actions, setsigdef=[_SIGPIPE]
            )
        except OSError as problem:
            for end in (self.stdin, self.stdout, self.stderr):
                os.close(end)
            raise GitFailedError(command[1:], 127, f"git can't be run: {problem}") from problem
        finally:
            for end in (stdin, stdout, stderr):
                os.close(end)

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _drain(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, _PIECE):
        parts.append(part)
    os.close(handle)
    return b"".join(parts)


class Objects:
    """`git cat-file --batch`: any number of objects, by id or by any name that git understands
    (`:path` in the index, `origin/main:path`), for the price of one process."""

    def __init__(self, directory: str | None = None) -> None:
        self.directory = directory
        where = ["-C", directory] if directory else []
        self._child = _Child(["git", *where, "cat-file", "--batch"])
        self._answers: BufferedReader = open(self._child.stdout, "rb")  # noqa: SIM115, PTH123

    def get(self, name: str, largest: int = 1 << 28) -> Object | None:
        """One object, None where there is none of that name."""
        return next(iter(self.many([name], largest)))

    def many(self, names: Iterable[str], largest: int = 1 << 28) -> Iterator[Object | None]:
        """One answer a name, in order. An object of more than `largest` bytes comes without its
        content."""
        left = list(names)
        while left:
            batch, left = left[:_AT_ONCE], left[_AT_ONCE:]
            os.write(self._child.stdin, b"".join(os.fsencode(name) + b"\n" for name in batch))
            for _ in batch:
                yield self._answer(largest)

    def _answer(self, largest: int) -> Object | None:
        head = self._answers.readline()
        if not head:
            os.close(self._child.stdin)
            said = _drain(self._child.stderr).decode("utf-8", "replace").strip()
            raise GitFailedError(["cat-file"], self._child.wait(), said)
        words = head.split()
        if len(words) < 3 or not words[-1].isdigit():
            return None
        oid, kind, size = words[-3].decode(), words[-2].decode(), int(words[-1])
        if size > largest:
            self._skip(size)
            content = None
        else:
            content = self._answers.read(size)
        self._answers.read(1)
        return Object(oid, kind, size, content)

    def _skip(self, size: int) -> None:
        while size:
            size -= len(self._answers.read(min(size, _PIECE)))

    def close(self) -> None:
        """Ends the process."""
        os.close(self._child.stdin)
        self._answers.close()
        os.close(self._child.stderr)
        self._child.wait()


class Object:
    """A git object: its id, kind ("blob", "tree", "commit"), size in bytes, and content."""

    __slots__ = ("content", "kind", "oid", "size")

    def __init__(self, oid: str, kind: str, size: int, content: bytes | None) -> None:
        self.oid = oid
        self.kind = kind
        self.size = size
        self.content = content


def tree_entries(tree: Object) -> Iterator[tuple[str, str, str]]:
    """Mode, name and object id of each entry of a tree object (git's Documentation, "Git
    Internals - Git Objects"): `mode SP name NUL id`, the id in raw bytes."""
    data = tree.content or b""
    width, at = len(tree.oid) // 2, 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        oid = data[end + 1 : end + 1 + width].hex()
        yield data[at:space].decode(), os.fsdecode(data[space + 1 : end]), oid
        at = end + 1 + width
