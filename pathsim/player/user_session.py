"""What the user is looking at: which trial, with which settings, on which day, and whether it moves."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.couplings import COUPLINGS, Coupling
from pathsim.player.history import Setup
from pathsim.player.requests import Open
from pathsim.player.views.live import Opened, Parameter
from pathsim.state import AppState, Date, Settings

SPEEDS = (0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0)
"""Months of the trial in a second."""
USUAL_SPEED = 4
ON_THEIR_WAY_SECONDS = 0.7
"""How long patients who move are seen on their way."""


@dataclass
class UserSession:
    """The state of the player. Nothing in it changes what a trial shows on a day."""

    scenario: str
    seed: int
    settings: dict[str, str] = field(default_factory=dict)
    is_seed_asked: bool = True
    """Whether the user asked for the seed; if not, the scenario's own goes before it."""
    replicate: int = 0
    """Which of the seed's trials."""
    opens_on: Date = None
    """The date on which it opens, until the trial is there: only its own calendar tells which day that is."""
    kept: Settings = ()
    generation: int = 0
    day: float = 0.0
    last_day: float = 1.0
    is_playing: bool = True
    speed_index: int = USUAL_SPEED
    coupling: Coupling = "shared"
    """How patients' draws in the other arm go with their own."""

    @classmethod
    def of(cls, state: AppState, drawn_seed: int) -> "UserSession":
        """What a state shows; the seed that was drawn is for a state, and a scenario, that say none."""
        return cls(
            state.scenario,
            drawn_seed if state.seed is None else state.seed,
            dict(state.settings),
            state.seed is not None,
            state.replicate,
            state.day,
            state.kept,
            is_playing=state.is_playing,
            coupling=state.coupling,
        )

    def restore(self, state: AppState) -> None:
        """Take over what a state shows of a trial."""
        seed = self.seed if state.seed is None else state.seed
        self.set_up(Setup(state.scenario, seed, state.seed is not None, state.settings, state.kept, state.replicate))
        self.opens_on, self.is_playing, self.coupling = state.day, state.is_playing, state.coupling
        if state.day is None:
            self.day = 0.0

    def state(self, asked: str, date: Date) -> AppState:
        """The same as a state of the scenario that is ``asked`` for, on a date, without what its screens show."""
        return AppState(
            asked,
            self.seed,
            self.replicate,
            self.as_settings(),
            self.kept,
            "last" if self.is_over else date,
            coupling=self.coupling,
        )

    @property
    def months_per_second(self) -> float:
        """How fast the trial moves."""
        return SPEEDS[self.speed_index]

    @property
    def days_per_second(self) -> float:
        """The same in days."""
        return self.months_per_second * DAYS_PER_MONTH

    @property
    def moving_days(self) -> float:
        """How many days back those moved who are seen on their way."""
        return self.days_per_second * ON_THEIR_WAY_SECONDS if self.is_playing and not self.is_over else 0.0

    @property
    def shown_day(self) -> float:
        """The day to show: whole days while the trial runs, so that each can be had again."""
        return float(int(self.day)) if self.is_playing and not self.is_over else self.day

    @property
    def is_over(self) -> bool:
        """Whether the trial is at its last day."""
        return self.day >= self.last_day

    @property
    def setup(self) -> Setup:
        """Which trial this is, and which one it is compared with."""
        return Setup(self.scenario, self.seed, self.is_seed_asked, self.as_settings(), self.kept, self.replicate)

    def set_up(self, setup: Setup) -> None:
        """Take another trial, and another one to compare it with."""
        self.scenario, self.seed, self.replicate = setup.scenario, setup.seed, setup.replicate
        self.is_seed_asked, self.kept = setup.is_seed_asked, setup.kept
        self.settings = dict(setup.settings)

    def settle(self, card: Opened) -> None:
        """Take over what only the trial itself tells: its last day, its seed, and which day a date of it is.

        Nothing if another trial has been asked for since, with a day of its own.
        """
        if card.generation != self.generation:
            return
        self.last_day = card.last_day
        if not self.is_seed_asked:
            self.seed = card.seed
        if self.opens_on is not None and card.day is not None:
            self.day, self.opens_on = card.day, None
        self.day = min(self.day, card.last_day)

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self.day = min(self.day + seconds * self.days_per_second, self.last_day)

    def faster(self, step: int) -> None:
        """Change the speed by so many steps."""
        self.speed_index = min(max(self.speed_index + step, 0), len(SPEEDS) - 1)

    def other_seed(self) -> None:
        """Take the first trial of the next seed: other draws."""
        self.seed, self.is_seed_asked, self.replicate = self.seed + 1, True, 0

    def other_coupling(self) -> None:
        """Take the next coupling, and after the last the first."""
        self.coupling = COUPLINGS[(COUPLINGS.index(self.coupling) + 1) % len(COUPLINGS)]

    def turn(self, parameter: Parameter, value: float | None) -> None:
        """Change a number of the scenario, or give it back the one that the file has (None).

        The other shares of its table give way in proportion, where none of them is the rest; if they are all 0, in
        equal parts.
        """
        left = 1 - parameter.value
        self._set(parameter.path, value)
        for path, share in parameter.siblings:
            part = share / left if left else 1 / len(parameter.siblings)
            self._set(path, None if value is None else part * (1 - value))

    def _set(self, path: str, value: float | None) -> None:
        if value is None:
            self.settings.pop(path, None)
        else:
            self.settings[path] = f"{value:.15g}"

    def request(self) -> Open:
        """What to ask for, as something new."""
        self.generation += 1
        return Open(
            self.generation,
            self.scenario,
            self.seed,
            self.as_settings(),
            self.kept,
            self.is_seed_asked,
            day=self.shown_day if self.opens_on is None else self.opens_on,
            replicate=self.replicate,
            moving_days=self.moving_days,
        )

    def as_settings(self) -> Settings:
        """What is changed, in a fixed order."""
        return tuple(sorted(self.settings.items()))

    def run_command(self, asked: str, date: str | None) -> str:
        """The command that prints the trial; ``date`` if it is not over."""
        held = ["--hold-arms"] if self.settings else []
        return self.command("run", asked, [*held, *(["--until", date] if date else [])])

    def compare_command(self, asked: str, values: Mapping[str, str], replicates: int) -> str | None:
        """The command that compares both settings over replicates; None if more than one number tells them apart.

        ``values`` are those that the file has for what is changed.
        """
        there, here = dict(self.kept), self.settings
        differs = [path for path in {**there, **here} if there.get(path) != here.get(path)]
        path = differs[0] if len(differs) == 1 else ""
        before, now = (of.get(path, values.get(path)) for of in (there, here))
        if before is None or now is None:
            return None
        common = tuple((other, value) for other, value in self.as_settings() if other != path)
        options = ["--replicates", str(replicates), "--vary", f"{path}={before},{now}"]
        return self.command("ensemble", asked, options, common)

    def command(
        self, verb: str, asked: str, options: Sequence[str], settings: Settings | None = None, *, has_seed: bool = True
    ) -> str:
        """A command about the scenario that is ``asked`` for, as it is set now or with these settings."""
        words = ["pathsim", verb, asked, *(["--seed", str(self.seed)] if has_seed else [])]
        words += ["--replicate", str(self.replicate)] if verb == "run" and self.replicate else []
        for path, value in self.as_settings() if settings is None else settings:
            words += ["--set", f"{path}={value}"]
        return shlex.join([*words, *options])
