"""What is there before the first migration: facts of PostgreSQL and of Supabase, with sources.

Data and questions about it, each fact once; nothing here reads a file or asks a server. What loads
a platform into a database is in `shadow.platform`, and a test holds the two against each other.
"""

from __future__ import annotations

POSTGRES, SUPABASE = "postgres", "supabase"
NAMES = (POSTGRES, SUPABASE)
