"""The benchmark of the app runs to its end, and leaves nothing behind."""

import os
import sys

import pytest

from pathsim.app.bench import Terminal, measure


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_every_measurement_is_made_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    begin = Terminal.__init__

    def noted(self: Terminal, scenario: str) -> None:
        begin(self, scenario)
        started.append(self._process.pid)

    monkeypatch.setattr(Terminal, "__init__", noted)
    found = list(measure(presses=6))
    assert [one.name.split(",")[0] for one in found] == [
        "app: start to first picture",
        "app: key to paint while the trial runs",
        "app: the same while replicates are simulated",
        "app: number turned to curves",
        "app: redraw with 10",
    ]
    assert all(one.value > 0 for one in found)
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
