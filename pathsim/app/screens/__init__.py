"""The screens, in the order of their tabs: from this list come modes, tabs, keys and commands."""

from pathlib import Path

from pathsim.app.screens.classroom import ClassScreen
from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.screens.evidence import EvidenceScreen
from pathsim.app.screens.lesson import LessonScreen
from pathsim.app.screens.live import LiveScreen
from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.screens.trial import TrialScreen

SCREENS: tuple[type[TrialScreen], ...] = (
    LiveScreen,
    EnsembleScreen,
    PatientsScreen,
    CompareScreen,
    EvidenceScreen,
    LessonScreen,
    ClassScreen,
)
"""The app begins with the first."""
STYLES = tuple(
    Path(__file__).with_name(f"{name}.tcss")
    for name in (
        "trial",
        "live",
        "ensemble",
        "patients",
        "compare",
        "evidence",
        "lesson",
        "classroom",
        "dialogs",
    )
)
"""How they look. The app reads all of it as it begins: read with a screen, that of all others would be found anew."""
