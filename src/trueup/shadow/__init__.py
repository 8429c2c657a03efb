"""Throwaway databases: lease one, replay migrations in it, remember what came of it."""
