"""Where the Supabase CLI keeps its files, relative to the project.

Source: supabase/cli, pkg/config/utils.go (NewPathBuilder). Imports nothing: the git hook asks.
"""

from __future__ import annotations

CONFIG = "supabase/config.toml"
MIGRATIONS = "supabase/migrations"
# Declarative files, and the roles that the CLI makes before it runs the migrations.
SCHEMAS = "supabase/schemas"
ROLES = "supabase/roles.sql"
# Written by `supabase link`: the ref of the project on the platform.
LINKED = "supabase/.temp/project-ref"
