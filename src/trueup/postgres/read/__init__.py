"""Reading a database: pg_dump and its archive, and what pg_dump leaves out."""
