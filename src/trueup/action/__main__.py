"""`python -m trueup.action check|comment`: what action.yml runs."""

from __future__ import annotations

import os
import sys

from trueup.action.main import main

sys.exit(main(sys.argv[1:], os.environ))
