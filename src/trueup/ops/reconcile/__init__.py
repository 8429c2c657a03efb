"""`reconcile`: from drift to a proven plan, in either direction."""
