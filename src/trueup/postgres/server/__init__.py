"""A server of our own: found, started, kept and taken away."""
