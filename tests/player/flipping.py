"""Everybody in the other arm, as the app sees it."""

from pathsim.counterfactual import other_courses
from pathsim.couplings import Coupling
from pathsim.player.take import Take


def flipped(take: Take, coupling: Coupling = "shared") -> Take:
    """The trial in which everybody is in the other arm."""
    return Take(take.scenario, take.seed, simulated=other_courses(take.course)[coupling])
