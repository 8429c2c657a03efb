"""What keeps a file, its row and schema.sql together when a process dies between them."""
