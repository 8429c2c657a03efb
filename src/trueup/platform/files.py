"""Where the Supabase CLI keeps its files, relative to the project.

Source: supabase/cli, pkg/config/utils.go (NewPathBuilder). Imports nothing: the git hook asks.
"""

from __future__ import annotations

FOLDER = "supabase"
CONFIG = f"{FOLDER}/config.toml"
MIGRATIONS = f"{FOLDER}/migrations"
# Declarative files, and the roles that the CLI makes before it runs the migrations.
SCHEMAS = f"{FOLDER}/schemas"
ROLES = f"{FOLDER}/roles.sql"
# Written by `supabase link`: the ref of the project on the platform.
LINKED = f"{FOLDER}/.temp/project-ref"
