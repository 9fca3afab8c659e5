"""Work for idle moments: replicates, a batch at a time, and what they say so far."""

import time
from abc import ABC, abstractmethod
from typing import Any

from pathsim.player.worker_session import WorkerSession
from pathsim.results.replicates import below_each_other
from pathsim.results.views import Columns

MOST_AT_A_TIME, BATCH_SECONDS = 64, 0.3
"""Replicates at a time: few enough that whoever looks at a day meanwhile hardly waits."""


class Repeats(ABC):
    """Replicates of a trial, as many as there are so far."""

    def __init__(self, session: WorkerSession, wanted: int) -> None:
        self.session, self.wanted, self.done = session, wanted, 0
        self._size = 1
        self._parts: list[Columns] = []
        self._counts: list[int] = []

    @property
    def is_complete(self) -> bool:
        """Whether there are as many as were wanted."""
        return self.done >= self.wanted

    def batch(self) -> None:
        """Simulate some more."""
        count, began = min(self._size, self.wanted - self.done), time.monotonic()
        self._parts.append(self.columns(range(self.done, self.done + count)))
        is_quick = time.monotonic() - began < BATCH_SECONDS
        self._size = min(2 * self._size, MOST_AT_A_TIME) if is_quick else max(self._size // 2, 1)
        self._counts.append(count)
        self.done += count

    def so_far(self) -> Columns:
        """The columns of all replicates."""
        joined = below_each_other(self._parts, self._counts)
        self._parts, self._counts = [joined], [self.done]
        return joined

    @abstractmethod
    def columns(self, replicates: range) -> Columns:
        """What is kept of these replicates."""

    @abstractmethod
    def view(self) -> Any:
        """What the replicates say so far."""
