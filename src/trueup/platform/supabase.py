"""What Supabase brings to a database and how it is reached.

Where no other source stands beside a fact, it is one that the platform's SQL shows: a test loads
that (shadow/platform/supabase, with its own SOURCES.md) and compares.
"""

from __future__ import annotations

import re

from trueup.platform.postgres import SERVER_SCHEMAS

# Roles: https://supabase.com/docs/guides/database/postgres/roles
# Requests run as one of the first two, a backend with the secret key as the third.
REQUEST_ROLES = ("anon", "authenticated")
API_ROLES = (*REQUEST_ROLES, "service_role")
# Who runs migrations, in the CLI and in the dashboard.
MIGRATION_ROLE = "postgres"

# Schemas that the platform brings to every project.
BROUGHT_SCHEMAS = frozenset(
    {
        "auth",
        "extensions",
        "graphql",
        "graphql_public",
        "net",
        "pgbouncer",
        "realtime",
        "storage",
        "supabase_functions",
        "supabase_migrations",
        "vault",
    }
)
# Those of them where teams put objects of their own (extensions, above all).
_SHARED_SCHEMAS = frozenset({"extensions"})
# Of older projects, and of services that keep their own tables in the same server
# (InternalSchemas in pkg/migration/dump.go of supabase/cli).
_OTHER_SCHEMAS = frozenset({"_analytics", "_realtime", "_supavisor", "pgsodium", "pgsodium_masks"})
# Where nobody makes, alters or drops tables and functions:
# https://supabase.com/docs/guides/platform/permissions and the change of 21 April 2025
MANAGED_SCHEMAS = (BROUGHT_SCHEMAS - _SHARED_SCHEMAS) | _OTHER_SCHEMAS | SERVER_SCHEMAS
# Rows there are the team's to insert: https://supabase.com/docs/guides/storage/buckets
BUCKETS = ("storage", "buckets")
# How the names begin that the platform gives to what is outside of any schema.
PREFIX = "supabase_"

# Extensions of a new project, and those that only projects on a major up to 16 have.
INSTALLED = frozenset({"pg_stat_statements", "pgcrypto", "supabase_vault", "uuid-ossp"})
INSTALLED_TO_16 = frozenset({"pg_graphql"})
# What projects had from the start until it was taken out: a file may drop it unconditionally.
# pg_graphql: migrations/db/migrations/20260421000000_pg_graphql-off-by-default.sql in
# supabase/postgres; the others are marked as deprecated at
# https://supabase.com/docs/guides/database/extensions
ONCE_THERE = ("pg_graphql", "pgjwt", "pgsodium")
# Schemas that are there without their extension, which takes them over once a migration makes it:
# pg_dump has no entry for what is in them any more, and it is not gone.
TAKEN_OVER = {"pg_net": "net"}
# What a database may have that no migration made: which ones depends on when the project began.
ONCE_INSTALLED = INSTALLED | INSTALLED_TO_16 | frozenset((*ONCE_THERE, *TAKEN_OVER))

# The table in which the CLI, the dashboard and the MCP server say what ran
# (pkg/migration/history.go in supabase/cli).
LEDGER_SCHEMA, LEDGER_NAME = "supabase_migrations", "schema_migrations"
LEDGER_TABLE = f"{LEDGER_SCHEMA}.{LEDGER_NAME}"

# Ways in: https://supabase.com/docs/guides/database/connecting-to-postgres
# Direct connections and the pooler in session mode have one port, transaction mode has its own.
SESSION_PORT, TRANSACTION_PORT = 5432, 6543
_REF = "([a-z0-9]{10,40})"
_DIRECT = re.compile(rf"db\.{_REF}\.supabase\.(?:co|in|red)")
_POOLER, _POOLER_USER = ".pooler.supabase.", re.compile(rf"[^.]+\.{_REF}")


def is_host(host: str | None) -> bool:
    """Whether a host is one of Supabase's."""
    return ".supabase." in f"{host or ''}."


def is_transaction_pooler(host: str | None, port: int) -> bool:
    """Whether host and port are those of the pooler in transaction mode."""
    return port == TRANSACTION_PORT and is_host(host)


def project_ref(host: str, user: str) -> str | None:
    """The project that a connection leads to: its host says so, or the user of the pooler."""
    found = _DIRECT.fullmatch(host)
    if found is None and _POOLER in host:
        found = _POOLER_USER.fullmatch(user)
    return found[1] if found else None
