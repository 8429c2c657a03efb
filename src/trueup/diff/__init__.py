"""PURE. The differ knows no kinds: it compares two mappings key -> DDL. Words know them."""
