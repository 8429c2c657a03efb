#!/usr/bin/env bash
# The loop of a workflow that many teams have: one psql per file, then pg_dump.
set -e
for file in "$1"/*.sql; do
  "$2/psql" -X -q -v ON_ERROR_STOP=1 -d "$BENCH_DATABASE" -f "$file"
done
"$2/pg_dump" --schema-only --schema=public --quote-all-identifiers --no-owner --no-privileges \
  -d "$BENCH_DATABASE"
