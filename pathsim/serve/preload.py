"""What the process that interfaces are forked of loads beforehand. Loaded there alone.

All that is loaded, and all that the app has made while it was rehearsed, is shared by the interfaces.
"""

import gc
import os
import pickle
from contextlib import suppress
from pathlib import Path

from pathsim.player.worker_session import WorkerSession
from pathsim.serve.interfaces import FIRST_VISIT
from pathsim.serve.rehearsal import rehearse


def prepare() -> WorkerSession | None:
    """Rehearse what visitors are shown first. Where that fails, theirs fails too, and says why."""
    session = None
    with suppress(Exception):
        session = rehearse(pickle.loads(Path(os.environ[FIRST_VISIT]).read_bytes()))  # noqa: S301 - our own server's
    gc.collect()
    gc.freeze()
    gc.disable()
    return session


rehearsed = prepare()
"""The trials that were made, for workers to go on from."""
