"""What the process that interfaces are forked of loads beforehand. Loaded there alone.

All that is loaded, and all that the app has made while it was rehearsed, is shared by the interfaces.
"""

import gc
import os
import pickle
from contextlib import suppress
from pathlib import Path

from pathsim.serve.interfaces import FIRST_VISIT
from pathsim.serve.rehearsal import rehearse


def prepare() -> None:
    """Rehearse what visitors are shown first. Where that fails, theirs fails too, and says why."""
    with suppress(Exception):
        rehearse(pickle.loads(Path(os.environ[FIRST_VISIT]).read_bytes()))  # noqa: S301 - written by our own server
    gc.collect()
    gc.freeze()


prepare()
