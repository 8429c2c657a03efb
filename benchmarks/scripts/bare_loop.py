"""What a careful person would write: every file over one connection, then pg_dump."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

folder, pg_dump = Path(sys.argv[1]), sys.argv[2]
with psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True) as conn:
    for path in sorted(folder.glob("*.sql")):
        conn.execute(path.read_text().encode())
dump = [pg_dump, "--schema-only", "--quote-all-identifiers", os.environ["BENCH_DATABASE"]]
sys.stdout.write(subprocess.run(dump, check=True, capture_output=True, text=True).stdout)
