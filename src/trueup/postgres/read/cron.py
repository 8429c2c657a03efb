"""The jobs of pg_cron, as objects of a schema.

Migrations make them (`SELECT cron.schedule(...)`), but they are rows of cron.job, and pg_dump
reads no rows. This is the one place where a schema is not only what pg_dump says (adr/0009).
What a job is: https://github.com/citusdata/pg_cron, its README and src/job_metadata.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.errors import DumpFailed
from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.platform import SUPABASE
from trueup.sql.quote import literal

CRON_JOB = "CRON JOB"
_EXTENSION = ObjectKey("EXTENSION", "", "pg_cron")
# Whoever runs migrations: a job of somebody else is told with its user.
_USUAL_USERS = "current_user, 'postgres'"
_JOBS = f"""
SELECT jobname, schedule, command, nullif(database, current_database()),
       CASE WHEN username NOT IN ({_USUAL_USERS}) THEN username END, active
  FROM cron.job ORDER BY jobname, username, schedule, command
"""


@dataclass(frozen=True, slots=True)
class _Job:
    name: str | None
    schedule: str
    command: str
    database: str | None
    user: str | None
    active: bool

    def ddl(self) -> str:
        """The call that makes it."""
        what = [literal(self.schedule), literal(self.command.replace("\r\n", "\n"))]
        if self.name is None:
            return f"SELECT cron.schedule({_list(what)});\n"
        what.insert(0, literal(self.name))
        if self.database is None and self.user is None and self.active:
            return f"SELECT cron.schedule({_list(what)});\n"
        where = "pg_catalog.current_database()" if self.database is None else literal(self.database)
        who = "CURRENT_USER" if self.user is None else literal(self.user)
        what += [where, who, "true" if self.active else "false"]
        return f"SELECT cron.schedule_in_database({_list(what)});\n"

    def drop(self) -> str:
        """The call that removes it."""
        if self.name is not None:
            return f"SELECT cron.unschedule({literal(self.name).strip()});\n"
        same = f"schedule = {literal(self.schedule)} AND command = {literal(self.command)}"
        return f"SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname IS NULL AND {same};\n"


def are_objects(platform: str) -> bool:
    """On Supabase migrations make jobs as they make tables; elsewhere they are rows like others,
    and who may not read them is not kept from a verdict."""
    return platform == SUPABASE


def with_jobs(schema: Schema, conninfo: str) -> Schema:
    """The schema with the database's cron jobs, where it has pg_cron. Raises DumpFailed
    (`cron_jobs_unreadable`): without them the schema would not be whole."""
    if _EXTENSION not in schema:
        return schema
    return Schema.of([*schema.objects.values(), *_objects(_read(conninfo))])


def _read(conninfo: str) -> list[_Job]:
    import psycopg

    from trueup.postgres.session.connection import connect

    with connect(conninfo) as conn:
        try:
            # An error in place of the rows that row security leaves over.
            conn.execute("SET row_security = off")
            return [_Job(*row) for row in conn.execute(_JOBS.encode()).fetchall()]
        except psycopg.Error as problem:
            raise DumpFailed(
                f"the jobs of pg_cron can't be read: {problem.diag.message_primary or problem}",
                code="cron_jobs_unreadable",
                hint="connect as the role that schedules the jobs (on Supabase: postgres), or as"
                " one with BYPASSRLS",
            ) from problem


def _objects(jobs: list[_Job]) -> Iterator[SchemaObject]:
    """Named ones by their name; the others by what they do, counted where two do the same."""
    seen: dict[str, int] = {}
    for job in jobs:
        name = job.name or f"{job.schedule} {job.command}"
        seen[name] = seen.get(name, 0) + 1
        told = name if seen[name] == 1 else f"{name} ({seen[name]})"
        key = ObjectKey(CRON_JOB, "cron", told)
        yield SchemaObject(key, job.ddl(), job.drop(), depends_on=(_EXTENSION,))


def _list(values: list[str]) -> str:
    return ", ".join(value.strip() for value in values)
