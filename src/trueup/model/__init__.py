"""Pure values: what a migration, a schema, a finding is. No I/O anywhere below this folder."""
