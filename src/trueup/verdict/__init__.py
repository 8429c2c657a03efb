"""PURE. Which side moved, why that probably is, and what mends it (design.md, section 4)."""
