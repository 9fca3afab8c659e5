from pathlib import Path

import pytest
from exporting import export


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a trial of AALL1331 in which toxicities have killed, with its journal as CSV."""
    folder = tmp_path_factory.mktemp("exported") / "trial"
    assert export("aall1331", "--seed", 14, "--out", folder, "--format", "csv") == 0
    return folder
