"""The app may paint more often than Textual would by itself, so that the answer to a key does not wait."""

import subprocess
import sys

import pytest

SAID = "import pathsim.app, textual.constants; print(textual.constants.MAX_FPS)"


@pytest.mark.parametrize(("asked", "rate"), [(None, 250), ("30", 30)], ids=["as it is", "as the user wants it"])
def test_how_often_it_may_paint(monkeypatch: pytest.MonkeyPatch, asked: str | None, rate: int) -> None:
    monkeypatch.delenv("TEXTUAL_FPS", raising=False)
    if asked is not None:
        monkeypatch.setenv("TEXTUAL_FPS", asked)
    done = subprocess.run([sys.executable, "-c", SAID], capture_output=True, text=True, check=True)
    assert int(done.stdout) == rate
