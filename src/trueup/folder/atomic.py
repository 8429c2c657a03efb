"""Writing a file so that a reader, a crash or a full disk never sees half of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trueup.errors import TrueupError, UsageError, ValidationFailed
from trueup.folder.reading import inside
from trueup.model.finding import Location

_MARK: Final = ".trueup-"  # in the names of files written aside


class WriteFailed(TrueupError):
    """A file could not be written; what was there before is still there."""

    code = "write_failed"


def write_atomic(path: Path, content: bytes, *, root: Path) -> bool:
    """Puts `content` in the place of the file at `path`; False where it already was the same.

    Written aside in the same directory, flushed to the disk, then renamed over the old file,
    whose mode (and, where we may, owner) the new one takes. A symbolic link is followed to a
    file inside `root` and stays a link; one that leads out of `root` is refused (UsageError).
    What an earlier, killed run left aside is removed. Raises WriteFailed (disk full, no
    permission): the old file is untouched and nothing is left behind.
    """
    target = _target(path, root)
    with _explained(path):
        sweep(target)
        if _same(target, content):
            return False
        with _aside(target, content) as written:
            _take_over(written, target)
            written.replace(target)
    _flush_directory(target.parent)
    return True


def create_exclusive(path: Path, content: bytes) -> None:
    """Creates a file that appears with all of its content or not at all.

    Raises ValidationFailed (`file_exists`) where something is there already, even a dangling
    link, and WriteFailed like write_atomic.
    """
    with _explained(path), _aside(path, content) as written:
        try:
            os.link(written, path, follow_symlinks=False)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:  # a file system without hard links
            _create_in_place(path, content)
    _flush_directory(path.parent)


def _create_in_place(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    except FileExistsError:
        raise _exists(path) from None
    try:
        _write_whole(handle, content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _exists(path: Path) -> ValidationFailed:
    return ValidationFailed(
        f"{path} exists already",
        code="file_exists",
        hint="nothing was changed; choose another name, or move that file away",
        location=Location(str(path)),
    )


def _target(path: Path, root: Path) -> Path:
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if inside(str(target), os.path.realpath(root)):
        return target
    raise UsageError(
        f"{path} is a symbolic link out of the project, to {target}",
        code="write_through_link",
        hint="remove the link; trueup writes only inside the project",
        location=Location(str(path)),
    )


@contextlib.contextmanager
def explained(path: Path, what: str, hint: str) -> Iterator[None]:
    """Raises WriteFailed where the operating system refuses: `what` became of the path, and the
    next step."""
    try:
        yield
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise WriteFailed(
            f"{path} {what}: {reason}", hint=hint, location=Location(str(path))
        ) from problem


def _explained(path: Path) -> contextlib.AbstractContextManager[None]:
    hint = "the file is as it was; check free space (`df .`) and permissions (`ls -ld .`)"
    return explained(path, "could not be written", hint)


def _same(target: Path, content: bytes) -> bool:
    try:
        return target.stat().st_size == len(content) and target.read_bytes() == content
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _aside(target: Path, content: bytes) -> Iterator[Path]:
    """A new file beside the target with the content on the disk; gone afterwards in any case.

    Its flock tells a later run whether the writer still lives, which a process id would not
    tell across containers.
    """
    aside, handle = _new_file(target)
    try:
        _write_whole(handle, content)
        yield aside
    finally:
        with contextlib.suppress(FileNotFoundError):
            aside.unlink()
        os.close(handle)


def _new_file(target: Path) -> tuple[Path, int]:
    """An empty, locked file beside the target, private as long as the target might be."""
    mode = 0o600 if target.exists() else 0o666
    while True:
        aside = target.with_name(f".{target.name}{_MARK}{secrets.token_hex(4)}")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_SH)
        if os.fstat(handle).st_nlink:
            return aside, handle
        os.close(handle)  # another run swept it away before it was locked


def _write_whole(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def sweep(target: Path) -> None:
    """Removes what killed runs left beside the target: files of ours that nobody has locked."""
    prefix = f".{target.name}{_MARK}"
    for left in [file for file in target.parent.iterdir() if file.name.startswith(prefix)]:
        with contextlib.suppress(OSError):
            handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(handle)


def _take_over(written: Path, target: Path) -> None:
    """Gives the new file the mode and owner of the one it replaces."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    new = written.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(written, old.st_uid, old.st_gid)
    written.chmod(stat.S_IMODE(old.st_mode))


def _flush_directory(directory: Path) -> None:
    """Makes the rename itself survive a power cut; not every file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
