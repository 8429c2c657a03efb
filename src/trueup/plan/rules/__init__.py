"""The families, one file each. A module's RULES are found and registered by plan/rule.py."""
