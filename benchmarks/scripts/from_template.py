"""One more file the cheapest way: clone a migrated template, run the file, pg_dump."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

server, template, path, pg_dump = os.environ["BENCH_SERVER"], sys.argv[1], sys.argv[2], sys.argv[3]
with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as conn:
    conn.execute("DROP DATABASE IF EXISTS one_more")
    conn.execute(f"CREATE DATABASE one_more TEMPLATE {template}")
with psycopg.connect(f"{server} dbname=one_more", autocommit=True) as conn:
    conn.execute(Path(path).read_text().encode())
dump = [pg_dump, "--schema-only", "--quote-all-identifiers", f"{server} dbname=one_more"]
sys.stdout.write(subprocess.run(dump, check=True, capture_output=True, text=True).stdout)
