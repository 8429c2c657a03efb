"""`init --github`: the workflow that looks for drift."""

from __future__ import annotations

from typing import Final

from trueup import __version__
from trueup.config.settings import Settings
from trueup.folder.atomic import create_exclusive, write_atomic
from trueup.ops.init import InitOptions, Written

PATH: Final = ".github/workflows/migration-drift-detection.yml"
ACTION: Final = f"trueup/trueup@v{__version__}"
_EMBEDDED_MAJOR: Final = 17  # what the extra `embedded` brings
_TEXT: Final = """\
# Written by `trueup init --github`. Compares migrations and schema.sql on every push to main and
# every pull request; on schedule and by hand also the live database, when its URL is the secret
# TRUEUP_DATABASE_URL (a role that may only read will do).
name: Migration drift detection

on:
  push:
    branches: [main]
  pull_request:
  workflow_dispatch:
  schedule:
    # Once an hour. "*/5 * * * *" finds drift within five minutes (GitHub allows nothing shorter,
    # and starts scheduled runs late when it is busy). In a private repository each run is billed
    # as at least one minute: about 720 minutes a month hourly, 8,640 every five minutes; public
    # repositories pay nothing.
    - cron: "17 * * * *"

permissions:
  contents: read
  pull-requests: write

concurrency:
  group: ${{{{ github.workflow }}}}-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  drift:
    runs-on: ubuntu-latest
    timeout-minutes: 15
{services}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - id: trueup
        uses: {action}
        with:
          directory: {directory}
          database-url: ${{{{ (github.event_name == 'schedule' || github.event_name == 'workflow_dispatch') && secrets.TRUEUP_DATABASE_URL || '' }}}}
{shadow}"""  # noqa: E501
_SERVICE: Final = """\
    services:
      postgres:
        image: postgres:{major}
        env:
          POSTGRES_HOST_AUTH_METHOD: trust
        ports: ["5432:5432"]
        options: --health-cmd pg_isready --health-interval 2s --health-retries 30
"""
_SHADOW: Final = """\
          shadow-url: postgresql://postgres@localhost:5432/postgres
"""


def write_workflow(settings: Settings, options: InitOptions) -> list[Written]:
    """The writer for `init`: never overwrites a workflow unless `options.force`, and then keeps
    the old one beside it."""
    path = settings.root / PATH
    content = workflow_text(settings, options.postgres).encode()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        create_exclusive(path, content)
        return [Written(PATH, "created", "set the secret TRUEUP_DATABASE_URL for the live side")]
    if path.read_bytes() == content or not options.force:
        return [Written(PATH, "kept")]
    old = path.with_name(f"{path.name}.old")
    write_atomic(old, path.read_bytes(), root=settings.root)
    write_atomic(path, content, root=settings.root)
    return [Written(PATH, "replaced", f"the old one is {old.name}")]


def workflow_text(settings: Settings, postgres: int | None = None) -> str:
    """The workflow for this project: the embedded server where it has the right major, else a
    service container of that major."""
    major = settings.postgres or postgres or _EMBEDDED_MAJOR
    own = major == _EMBEDDED_MAJOR
    return _TEXT.format(
        services="" if own else _SERVICE.format(major=major),
        shadow="" if own else _SHADOW,
        action=ACTION,
        directory='"."',
    )
