"""The first and the last line of a schema.sql that trueup wrote.

Both are comments, so the file loads with or without them. A file that has the first and lacks
the last was cut off while it was written or merged. The git hook reads this module: it imports
nothing, typing would cost more than the check.
"""

from __future__ import annotations

HEADER = "-- schema.sql: what the migrations give. Written by trueup; do not edit by hand."
FOOTER = "-- End of schema.sql"
