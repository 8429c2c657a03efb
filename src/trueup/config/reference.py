"""Every setting as data: the loader, trueup.toml as `init` writes it, and the docs go by this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trueup.platform import files
from trueup.platform.postgres import NEWEST, OLDEST
from trueup.platform.supabase import API_ROLES


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of trueup.toml: its type and default in words, an example in TOML, its meaning."""

    name: str
    type: str
    default: str
    example: str
    meaning: str


SETTINGS: Final = (
    Setting(
        "migrations_dir",
        "path",
        f"{files.MIGRATIONS}; migrations where only that exists",
        f'"{files.MIGRATIONS}"',
        "The folder of the migration files, inside the project.",
    ),
    Setting(
        "schema_file",
        "path",
        "schema.sql",
        '"schema.sql"',
        "The file that holds the schema the migrations give.",
    ),
    Setting(
        "declarative_dir",
        "path",
        f"{files.SCHEMAS} where it exists",
        f'"{files.SCHEMAS}"',
        "A folder of declarative schema files, compared as one more side;"
        ' "" leaves it out where it exists.',
    ),
    Setting(
        "schemas",
        "list of names",
        '["public"]',
        '["public"]',
        "The database schemas that are compared and written to the schema file.",
    ),
    Setting(
        "privileges",
        "true or false",
        "on Supabase compared, but not written to the schema file; else false",
        "true",
        "Whether grants belong to the schema: compared, and written to the schema file."
        " What is compared is what each role can do in effect.",
    ),
    Setting(
        "managed",
        "true or false",
        "true on Supabase, else false",
        "true",
        "Whether what migrations make elsewhere is compared too: in schemas of the team's own,"
        " and what they add to the platform's (triggers on auth.users, policies on"
        " storage.objects, tables of a publication). It stands in the last section of the schema"
        " file.",
    ),
    Setting(
        "extensions",
        '"all", "needed" or "none"',
        '"all"',
        '"all"',
        "Which extensions belong to the schema: all of them, those that a compared object"
        " depends on, or none.",
    ),
    Setting(
        "platform",
        '"auto", "postgres" or "supabase"',
        '"auto"',
        '"auto"',
        "What a database holds before the first migration runs."
        f" auto is supabase where {files.CONFIG} exists, else plain PostgreSQL.",
    ),
    Setting(
        "postgres",
        f"whole number, {OLDEST} to {NEWEST}",
        f"[db].major_version of {files.CONFIG}, else the database's own",
        "17",
        "The major version of PostgreSQL that the migrations are for.",
    ),
    Setting(
        "database_name",
        "name",
        "any",
        '"app_production"',
        "The name that the database must have; one of another name is refused,"
        " which guards against a wrong URL.",
    ),
    Setting(
        "replay_database",
        "name",
        "postgres",
        '"postgres"',
        "The name of the database that replays run in,"
        " for migrations that name it (ALTER DATABASE … SET).",
    ),
    Setting(
        "auto_expose_new_tables",
        "true or false",
        f"[api].auto_expose_new_tables of {files.CONFIG}, else not said",
        "false",
        "On Supabase: whether new tables, sequences and functions in public are granted to"
        f" {', '.join(API_ROLES[:-1])} and {API_ROLES[-1]} by default.",
    ),
    Setting(
        "lock_timeout",
        "seconds, 0 for no limit",
        "2",
        "2",
        "How long a migration's statement may wait for a lock on a table before it gives up,"
        " so that it does not hold up everybody behind it.",
    ),
    Setting(
        "lock_retries",
        "whole number, 0 to 1000",
        "10",
        "10",
        "How often a migration that met the lock_timeout is tried again, with growing pauses.",
    ),
    Setting(
        "lock_wait",
        "seconds",
        "60",
        "60",
        "How long to wait while somebody else applies migrations.",
    ),
    Setting(
        "statement_timeout",
        "seconds, 0 for no limit",
        "0",
        "0",
        "How long one statement of a migration may take.",
    ),
    Setting(
        "database_url",
        "URL, or env:NAME",
        "--database-url, TRUEUP_DATABASE_URL or DATABASE_URL",
        '"env:APP_DATABASE_URL"',
        "The database to compare and to apply to; a libpq URI or conninfo string without a"
        " password, or the environment variable that holds it.",
    ),
    Setting(
        "shadow_url",
        "URL, or env:NAME",
        "--shadow-url or TRUEUP_SHADOW_URL, else an own throwaway server",
        '"env:SHADOW_DATABASE_URL"',
        "A server to replay on; trueup makes and drops databases there."
        " Never the server of the database itself.",
    ),
    Setting(
        "upstream",
        "name of a branch",
        "origin/HEAD, origin/main, origin/master, main: the first that exists",
        '"origin/main"',
        "The branch that others build on: the git hook compares new migrations with it, and"
        " `trueup rebase` puts them after its latest.",
    ),
    Setting(
        "lint",
        '"pending", "all" or "off"',
        '"pending"',
        '"pending"',
        "Which migrations squawk looks at, where it is installed (pip install squawk-cli): those"
        " that the database has not run, all of them, or none. What it says is a warning.",
    ),
    Setting(
        "allow",
        "list of tables: object, reason, expires",
        "none",
        '[{ object = "VIEW public.report_*", reason = "owned by analytics",'
        " expires = 2030-12-31 }]",
        "Known differences that `check` lets pass: a pattern of the object, why, and the last day"
        " it holds.",
    ),
)

NAMES: Final = tuple(setting.name for setting in SETTINGS)


def as_markdown() -> str:
    """The settings as a Markdown table, for docs/configuration.md."""
    rows = [("key", "takes", "default", "meaning"), ("---",) * 4]
    rows += [(f"`{s.name}`", s.type, s.default, s.meaning) for s in SETTINGS]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
