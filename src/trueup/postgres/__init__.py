"""PostgreSQL on this machine: its binaries, throwaway clusters, connections and dumps."""
