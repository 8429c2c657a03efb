"""Reading SQL text: scripts, tokens, slices, parse trees, names. Pure."""
