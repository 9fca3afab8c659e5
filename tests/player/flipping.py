"""Everybody in the other arm, as the app sees it."""

from pathsim.counterfactual import other_courses
from pathsim.couplings import Coupling
from pathsim.player.simulated_trial import SimulatedTrial


def flipped(simulated: SimulatedTrial, coupling: Coupling = "shared") -> SimulatedTrial:
    """The trial in which everybody is in the other arm."""
    return SimulatedTrial(simulated.scenario, simulated.seed, simulated=other_courses(simulated.course)[coupling])
