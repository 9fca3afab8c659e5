"""The worker as a program of its own: ``python -m pathsim.player``."""

import gc

# Nothing that is loaded now is garbage, and looking for it would take an eighth of the time until it can answer.
gc.disable()

from pathsim.player.worker import main  # noqa: E402

if __name__ == "__main__":
    main()
