"""Connection strings that do not show their passwords."""

from __future__ import annotations

import pytest

from trueup.config import DatabaseUrl, checked, masked
from trueup.errors import UsageError

SECRETS = [
    "postgresql://app:s3cret@db.example.com:5432/app?sslmode=require",
    "postgres://app:s3cret@/app?host=/tmp",
    "postgresql://app:p@s3cret/x@db/app",
    "postgresql://app:a/s3cret@db/app",
    "postgresql://db/app?user=app&password=s3cret",
    "postgresql://db/app?user=app&pass%77ord=s3cret",
    "postgresql://app@db/app?sslpassword=s3cret&connect_timeout=3",
    "host=db user=app password=s3cret dbname=app",
    "password = 's3cret \\' s3cret' host=db",
    "host=db password=s3\\ s3cret",
    "password='s3cret",
    "mysql://root:s3cret@db/app",
    "s3cret",
]


@pytest.mark.parametrize("text", SECRETS)
def test_no_way_of_showing_a_url_shows_its_password(text: str) -> None:
    url = DatabaseUrl(text, "DATABASE_URL")
    for shown in (repr(url), str(url), f"{url}", f"{url!r:>5}", url.display):
        assert "s3cret" not in shown
    assert url.reveal() == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (SECRETS[0], "postgresql://app:***@db.example.com:5432/app?sslmode=require"),
        ("postgresql://app@db:5432/app", "postgresql://app@db:5432/app"),
        ("postgresql:///app", "postgresql:///app"),
        (SECRETS[4], "postgresql://db/app?user=app&password=***"),
        (SECRETS[7], "host=db user=app password=*** dbname=app"),
        ("host=/tmp/x dbname='my app'", "host=/tmp/x dbname='my app'"),
        ("password=x dbname='my app'", "password=*** dbname='my app'"),
    ],
)
def test_everything_else_stays_readable(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_password_in_the_text_is_noticed() -> None:
    assert DatabaseUrl(SECRETS[0], "x").has_password
    assert DatabaseUrl(SECRETS[7], "x").has_password
    assert not DatabaseUrl("postgresql://app@db:5432/app", "x").has_password
    assert not DatabaseUrl("host=db user=app", "x").has_password


@pytest.mark.parametrize(
    "text", ["postgres://db/app", "postgresql://", "dbname=app", "host = db  user='a b'"]
)
def test_what_libpq_takes_is_accepted(text: str) -> None:
    url = DatabaseUrl(text, "x")
    assert checked(url) is url


@pytest.mark.parametrize("text", ["mysql://root:s3cret@db/app", "app", "host", "a b=c", "x='"])
def test_anything_else_is_refused_by_the_name_of_its_source(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked(DatabaseUrl(text, "DATABASE_URL"))
    assert refused.value.code == "database_url_invalid"
    assert "DATABASE_URL is not" in refused.value.message
    assert "s3cret" not in refused.value.message + refused.value.hint
