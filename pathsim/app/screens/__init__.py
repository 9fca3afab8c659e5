"""The screens, in the order of their tabs: from this list come modes, tabs, keys and commands."""

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
