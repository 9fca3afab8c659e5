"""What the process that workers are forked of loads beforehand, and what it leaves unsaid. Loaded there alone.

Whoever asks for a worker may be killed while the request is on its way. The process that is to become the worker reads
what is left of it, and would write a traceback on a terminal where the user has moved on.
"""

import sys
from pickle import UnpicklingError
from types import TracebackType

import pathsim.ensembles.run  # noqa: F401


def leave_half_requests_unsaid(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error, unless a request came to its end too early: then nobody waits for the worker."""
    if not issubclass(kind, (EOFError, UnpicklingError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = leave_half_requests_unsaid
