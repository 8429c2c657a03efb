"""The terminal's face: parse, call an op, show. Nothing heavy is imported before a verb runs."""
