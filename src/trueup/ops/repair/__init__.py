"""`repair`: changes rows of history, nothing else."""
