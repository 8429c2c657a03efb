"""What developers of trueup run; not installed."""
