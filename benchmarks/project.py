"""The project that is measured: 500 migrations that make and change 100 tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

FILES, TABLES = 500, 100


def write_project(folder: Path) -> Path:
    """Writes the migrations and a trueup.toml into an empty folder; returns the migrations."""
    migrations = folder / "migrations"
    migrations.mkdir()
    (folder / "trueup.toml").write_text('postgres = 17\nmigrations_dir = "migrations"\n')
    for number in range(FILES):
        version = (datetime(2024, 1, 1) + timedelta(hours=number)).strftime("%Y%m%d%H%M%S")
        (migrations / f"{version}_step_{number}.sql").write_text(_sql(number))
    return migrations


def new_migration(migrations: Path, number: int) -> Path:
    """One more file, later than all others; `number` makes its content new."""
    path = migrations / "20250101000000_new.sql"
    path.write_text(f"CREATE TABLE extra_{number} (id int PRIMARY KEY, note text);\n")
    return path


def _sql(number: int) -> str:
    table, kind = number % TABLES, number // TABLES
    return (
        f"CREATE TABLE t{table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        f" name text NOT NULL, created_at timestamptz DEFAULT now());\n"
        f"CREATE INDEX t{table}_name ON t{table} (name);\n",
        f"ALTER TABLE t{table} ADD COLUMN c{number} int DEFAULT 0;\n"
        f"COMMENT ON COLUMN t{table}.c{number} IS 'column {number}';\n",
        f"CREATE VIEW v{table} AS SELECT id, name FROM t{table} WHERE id > {number};\n"
        f"CREATE FUNCTION f{table}(a int) RETURNS int LANGUAGE sql AS 'SELECT a + {number}';\n",
        f"ALTER TABLE t{table} ADD COLUMN ref bigint REFERENCES t{(table + 1) % TABLES};\n"
        f"CREATE INDEX ON t{table} (ref);\n",
        f"ALTER TABLE t{table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY p{table} ON t{table} FOR SELECT USING (id > {number});\n",
    )[kind]
