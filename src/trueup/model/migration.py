"""A migration file, as a value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property


def checksum_of(content: bytes) -> str:
    """SHA-256 in hex of a file's bytes with CRLF read as LF, so that a checkout's line ends
    do not make an edited migration."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


@dataclass(frozen=True)
class Migration:
    """One file of the migrations folder.

    `version` is the leading digits of the file name, `name` what follows the underscore without
    `.sql`; `path` is relative to the project (with forward slashes) and is what errors name;
    `content` is the file's bytes as they are.
    """

    version: str
    name: str
    path: str
    content: bytes

    @cached_property
    def checksum(self) -> str:
        """SHA-256 hex of the content, CRLF read as LF."""
        return checksum_of(self.content)

    @cached_property
    def sql(self) -> str:
        """The text to run: decoded, without a byte order mark.

        Raises UnicodeDecodeError where the file is not UTF-8; folder/ reports such files before
        anybody gets here.
        """
        return self.content.decode("utf-8-sig")

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]
