"""`baseline`: an existing database declared to be the start."""
