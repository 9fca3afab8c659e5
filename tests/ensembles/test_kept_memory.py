"""A worker process keeps the memory that it has freed: it does not ask the system for the same again."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from pathsim.ensembles.workers import _keep_memory
_keep_memory()
for round in range(20):
    arrays = [np.ones(400_000) for _ in range(12)]
    del arrays
    if round == 9:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults() -> int:
    """How many pages the system had to give for what had been there and was freed: ten times twelve arrays of 3 MB."""
    command = [sys.executable, "-c", FAULTS]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such option")
def test_what_is_freed_is_kept() -> None:
    assert faults() < 1000
