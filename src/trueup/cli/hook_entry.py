"""What the installed git hook calls: the quick way, and the full command line where that won't do.

Imports next to nothing: nobody should wait for a hook.
"""

from __future__ import annotations

import os
import sys

from trueup.git.hook_fast import fast

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from typing import NoReturn


def console() -> NoReturn:
    """Runs `hook run …`, which stands in the process's arguments, and ends the process."""
    arguments = sys.argv[1:]
    status = fast(arguments[2:]) if arguments[:2] == ["hook", "run"] else None
    if status is None:
        import site

        site.main()  # the installed hook leaves it out, and the full program may need it
        from trueup.cli.main import main

        status = main(arguments)
    sys.stderr.flush()
    os._exit(status)  # nothing is left to tidy up, and taking the interpreter down costs a third
