"""Running files, and where in them they failed."""
