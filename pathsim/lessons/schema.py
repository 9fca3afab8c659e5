"""The tables of a lesson's file: at its head, and at the head of each step."""

import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from pathsim.fields import LARGEST_SEED
from pathsim.lessons.lesson import Panel, Tell
from pathsim.table import Table

Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Setting = str | int | float
Text = Annotated[str, Field(min_length=1)]


class LessonTable(Table):
    """A table of a lesson: its numbers are of a simulation, whose scenario says where they come from."""

    has_evidence: ClassVar[bool] = False


class TrialTable(LessonTable):
    """Which trial is looked at, how it is set, and when. What is not said is as at the head of the lesson."""

    scenario: Text | None = None
    """By its name in the library, or by its path from the lesson's file."""
    seed: Seed | None = None
    replicate: Seed | None = None
    """Which of the seed's trials; the first is 0."""
    day: datetime.date | Literal["last"] | None = None
    """A date, or the last day of the trial, on which it is if nothing is said."""
    set: dict[str, Setting] = Field(default_factory=dict)
    """What is changed in the scenario, by the paths of its numbers."""


class LessonFigureTable(TrialTable):
    """A figure of a trial, or of many."""

    figure: Text | None = None
    """Its path in the results, as ``pathsim run --json`` has them."""
    share: Text | None = None
    """A condition: the figure is the share of the replicates that meet it."""
    over: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Over so many replicates of the seed; over none that trial alone."""
    tell: Tell | None = None
    where: tuple[Text, ...] = ()
    """Conditions: only replicates that meet all of them are looked at."""
    null: bool = False
    """Whether all arms get the control arm's pathway."""

    @model_validator(mode="before")
    @classmethod
    def _path_alone(cls, said: Any) -> Any:
        """A text is the path of a figure of the trial of the step."""
        return {"figure": said} if isinstance(said, str) else said

    @model_validator(mode="after")
    def _is_one_figure(self) -> "LessonFigureTable":
        if (self.figure is None) == (self.share is None):
            raise ValueError("say either 'figure', the path of a figure, or 'share', a condition")
        many = bool(self.share or self.where or self.tell not in {None, "value"} or self.null)
        if many and not self.over:
            raise ValueError("say over how many replicates: over = 1000")
        if self.over and self.replicate is not None:
            raise ValueError("many replicates begin with the first of the seed: leave 'replicate' out, or 'over'")
        counts = {"share", "number", "pairs"}
        if self.tell is not None and (self.tell in counts) != (self.share is not None):
            kinds = "share, number or pairs" if self.share is not None else "mean, median, lower or upper"
            raise ValueError(f"'tell' is here one of {kinds}")
        if self.over and self.tell == "value":
            raise ValueError("over many replicates there is no one value: tell the mean or the median")
        return self

    @property
    def told(self) -> Tell:
        """How it is told, where nothing else is said."""
        if self.tell is not None:
            return self.tell
        return "share" if self.share is not None else "mean" if self.over else "value"


class ChoiceTable(LessonTable):
    """An answer between which one chooses."""

    text: Text
    right: bool = False
    why: str = ""
    """What is said to those who chose it."""


class ShownTable(TrialTable):
    """What of a trial stands beside the text."""

    endpoint: Text | None = None
    """Whose curves are shown."""
    show: tuple[Panel, ...] | None = Field(default=None, min_length=1, max_length=3)
    """What stands beside the text."""


class StepTable(ShownTable):
    """The head of a step."""

    then: ShownTable | None = None
    """What is shown instead once the question is answered; what is not said in it is as before."""
    watch: str = ""
    """What to look at."""
    ask: Text | None = None
    choices: tuple[ChoiceTable, ...] = Field(default=(), max_length=6)
    predict: Text | None = None
    """The name of the figure that is to be predicted."""
    tries: tuple[Text, ...] = ()
    """What to try oneself."""
    expect: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)
    """Between what figures must lie, for what is said to be true of them."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "StepTable":
        if self.choices and self.predict is not None:
            raise ValueError("a step asks to choose or to predict, not both")
        if (self.ask is None) != (not self.choices and self.predict is None):
            raise ValueError("a question is 'ask' with 'choices', or with 'predict', the name of a figure")
        if self.then is not None and self.ask is None:
            raise ValueError("'then' is what is shown after the answer: ask something")
        if len(self.choices) == 1:
            raise ValueError("one choice is none: give two or more")
        if names := [name for name, (lower, upper) in self.expect.items() if not lower <= upper]:
            raise ValueError(f"no figure lies in what is expected of '{names[0]}': write the lower end first")
        return self


class LessonHead(LessonTable):
    """The head of a lesson."""

    title: Text
    minutes: Annotated[int, Field(ge=1, le=240)]
    objectives: Annotated[tuple[Text, ...], Field(min_length=1)]
    scenario: Text
    seed: Seed | None = None
    replicate: Seed = 0
    set: dict[str, Setting] = Field(default_factory=dict)
    assumed: Text
    """What the simulation assumes."""
    sources: tuple[Text, ...] = ()
    show: tuple[Panel, ...] = Field(default=("curves",), min_length=1, max_length=3)
    figures: dict[str, LessonFigureTable] = Field(default_factory=dict)
    """Figures by name: a path in the results of the trial of each step, or a table."""
