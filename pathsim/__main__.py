"""``pathsim``, which is the same as ``python -m pathsim``."""

import sys
from typing import NoReturn

INTERRUPTED = 130


def main() -> NoReturn:
    """Load the command line and run it; whoever interrupts while it is being loaded gets one word, and no traceback."""
    try:
        from pathsim.cli import main as command_line  # noqa: PLC0415 - so that we are here when it is interrupted
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
    command_line()


if __name__ == "__main__":
    main()
