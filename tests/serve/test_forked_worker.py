"""A worker that is forked of its interface."""

import gc
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from pathsim.serve import worker
from pathsim.serve.worker import can_fork, forked_worker


@pytest.mark.skipif(not can_fork(), reason="there is no fork here")
def test_what_it_no_longer_needs_is_collected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Interfaces begin without it, and a worker lives as long as they do."""

    def tell(incoming: IO[bytes], outgoing: IO[bytes], make: Callable[..., object]) -> None:
        del incoming, make
        pickle.dump(gc.isenabled(), outgoing)
        outgoing.flush()

    monkeypatch.setattr(worker, "serve", tell)
    gc.disable()
    try:
        made = forked_worker(tmp_path / "turns", None)
    finally:
        gc.enable()
    assert list(made.replies()) == [True]
    made.close()
