"""One comment in a pull request, found again by a mark that nobody sees.

https://docs.github.com/rest/issues/comments
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from trueup.action.inputs import PullRequest

COMMENT_FILE: Final = "comment.md"
_MARK: Final = "<!-- trueup: drift report -->"
_IN_SYNC: Final = "<!-- trueup: in sync -->"
_A_PAGE: Final = 100
_MOST_PAGES: Final = 50
_SECONDS: Final = 20


class CommentFailedError(Exception):
    """GitHub would not take or give a comment."""


def with_mark(text: str, in_sync: bool | None) -> str:
    """The text with the mark it is found by."""
    return f"{_MARK}{_IN_SYNC if in_sync else ''}\n{text}"


def put_comment(place: PullRequest, text: str) -> str:
    """Writes the comment anew where there is one; makes it where there is something to tell.

    Returns a word on what was done. Raises CommentFailedError.
    """
    comments = f"{place.api}/repos/{place.repository}/issues/{place.number}/comments"
    known = next((each for each in _all(place, comments) if _is_ours(each)), None)
    if known is not None and known.get("body", "").strip() == text.strip():
        return "the comment says so already"
    if known is not None:
        url = f"{place.api}/repos/{place.repository}/issues/comments/{int(known['id'])}"
        _call(place, "PATCH", url, {"body": text})
        return "the comment was brought up to date"
    if _IN_SYNC in text:
        return "in sync: nothing to comment"
    _call(place, "POST", comments, {"body": text})
    return "a comment was made"


def _is_ours(comment: dict[str, Any]) -> bool:
    """Made by a workflow's token: somebody else's text with our mark in it is left alone."""
    is_bot = (comment.get("user") or {}).get("type") == "Bot"
    return is_bot and str(comment.get("body", "")).startswith(_MARK)


def _all(place: PullRequest, url: str) -> Iterator[dict[str, Any]]:
    for page in range(1, _MOST_PAGES + 1):
        found = _call(place, "GET", f"{url}?per_page={_A_PAGE}&page={page}")
        yield from found
        if len(found) < _A_PAGE:
            return


def _call(place: PullRequest, method: str, url: str, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the address is GitHub's own
        url,
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={
            "Authorization": f"Bearer {place.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "trueup",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as problem:
        raise CommentFailedError(
            f"GitHub answered {problem.code} to {method}; the job may lack `pull-requests: write`"
        ) from None
    except (OSError, ValueError) as problem:
        raise CommentFailedError(f"GitHub can't be asked: {problem}") from None
