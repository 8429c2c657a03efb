"""The table family: opened into columns and parts, altered, or copied."""
