"""Writing files whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trueup.errors import UsageError, ValidationFailed
from trueup.folder.atomic import WriteFailed, create_exclusive, write_atomic


def listing(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir())


@contextmanager
def no_space_after(size: int) -> Iterator[None]:
    """Writes fail beyond `size` bytes of a file, as on a full disk."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_new_file_has_the_content_and_the_usual_mode(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    before = os.umask(0o027)
    try:
        assert write_atomic(path, b"one\n", root=tmp_path)
    finally:
        os.umask(before)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"one\n", 0o640)
    assert listing(tmp_path) == ["schema.sql"]


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text("old")
    path.chmod(0o604)
    assert write_atomic(path, b"new", root=tmp_path)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o604)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text("old")
    os.chown(path, 65534, 65534)
    write_atomic(path, b"new", root=tmp_path)
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


def test_the_same_content_leaves_the_file_untouched(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    write_atomic(path, b"same", root=tmp_path)
    before = path.stat()
    assert not write_atomic(path, b"same", root=tmp_path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_full_disk_leaves_the_old_file_and_no_debris(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text("old")
    with no_space_after(1000), pytest.raises(WriteFailed) as failed:
        write_atomic(path, b"x" * 5000, root=tmp_path)
    assert "could not be written" in failed.value.message
    assert (path.read_text(), listing(tmp_path)) == ("old", ["schema.sql"])


def test_a_full_disk_leaves_no_new_file_either(tmp_path: Path) -> None:
    with no_space_after(1000), pytest.raises(WriteFailed):
        create_exclusive(tmp_path / "new.sql", b"x" * 5000)
    assert listing(tmp_path) == []


def test_a_missing_directory_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WriteFailed, match="no such file or directory"):
        write_atomic(tmp_path / "missing" / "schema.sql", b"x", root=tmp_path)


def test_a_directory_in_the_way_is_explained_and_kept(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").mkdir()
    with pytest.raises(WriteFailed, match="is a directory"):
        write_atomic(tmp_path / "schema.sql", b"x", root=tmp_path)
    assert listing(tmp_path) == ["schema.sql"]


def test_a_link_inside_the_project_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.sql").write_text("old")
    link = tmp_path / "schema.sql"
    link.symlink_to("real.sql")
    write_atomic(link, b"new", root=tmp_path)
    assert link.is_symlink()
    assert (tmp_path / "real.sql").read_text() == "new"


def test_a_link_out_of_the_project_is_not_written_through(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    outside = tmp_path / "outside"
    outside.write_text("precious")
    (root / "schema.sql").symlink_to(outside)
    with pytest.raises(UsageError) as refused:
        write_atomic(root / "schema.sql", b"new", root=root)
    assert refused.value.code == "write_through_link"
    assert outside.read_text() == "precious"


KILLED = """
import os, signal, sys
from pathlib import Path
from trueup.folder import atomic
atomic._take_over = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
atomic.write_atomic(Path(sys.argv[1]), b"half", root=Path(sys.argv[1]).parent)
"""


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (path.read_text(), len(listing(tmp_path))) == ("old", 2)
    write_atomic(path, b"old", root=tmp_path)
    assert listing(tmp_path) == ["schema.sql"]


def test_the_file_of_a_run_that_still_writes_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    script = (
        "import sys; from pathlib import Path; from trueup.folder import atomic\n"
        "real = atomic._take_over\n"
        "def wait(*a):\n    print('ready', flush=True); sys.stdin.readline(); real(*a)\n"
        "atomic._take_over = wait\n"
        "p = Path(sys.argv[1]); atomic.write_atomic(p, b'slow', root=p.parent)"
    )
    slow = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert slow.stdout is not None
    assert slow.stdout.readline() == b"ready\n"
    write_atomic(path, b"quick", root=tmp_path)
    assert path.read_bytes() == b"quick"
    slow.communicate(b"\n", timeout=30)
    assert (slow.returncode, path.read_bytes()) == (0, b"slow")
    assert listing(tmp_path) == ["schema.sql"]


def test_an_exclusive_file_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "new.sql"
    create_exclusive(path, b"first")
    with pytest.raises(ValidationFailed) as refused:
        create_exclusive(path, b"second")
    assert refused.value.code == "file_exists"
    assert (path.read_bytes(), listing(tmp_path)) == (b"first", ["new.sql"])


def test_an_exclusive_file_does_not_follow_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "new.sql").symlink_to("elsewhere.sql")
    with pytest.raises(ValidationFailed):
        create_exclusive(tmp_path / "new.sql", b"x")
    assert listing(tmp_path) == ["new.sql"]
