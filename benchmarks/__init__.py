"""Performance claims, each a ratio against the plain script in the same run."""
