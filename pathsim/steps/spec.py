"""What every kind of step shares: the table in the scenario file, and the step that it becomes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple, Protocol, TypeAlias

from pathsim.conditions import Condition, Names, condition
from pathsim.fields import Share, Timing
from pathsim.journal import EventKind, Rows
from pathsim.meaning import Name
from pathsim.names import in_line, spoken
from pathsim.patients import Patients, Stays
from pathsim.table import Table

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where in the scenario file something stands, for example ``("steps", "donor", "exit", "relapse", "next")``."""


class Arrow(NamedTuple):
    """A way from one step to another, and where the step's table says so."""

    path: KeyPath
    to: str
    label: str

    @property
    def is_exit(self) -> bool:
        """Whether patients leave the step this way instead of by its plan."""
        return self.path[0] == "exit"


class Appearance(NamedTuple):
    """How a kind of step is drawn. The default is a plain box."""

    sign: str = "▭"
    """In a terminal."""
    ascii_sign: str = "="
    """In a terminal that knows only ASCII."""
    mermaid: tuple[str, str] = ("[", "]")
    """The brackets around a node of a Mermaid flowchart, which are its shape."""
    svg: str = 'fill="#ffffff" stroke="#666666" rx="4"'
    """The attributes of a rectangle."""
    forks: bool = False
    """Whether its ways stand side by side, so that none of them runs straight on."""


class ToxicityKind(Table):
    """One type of toxicity of the scenario's catalog: its name for readers, and what holds in every step."""

    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    onset: Timing | None = None
    """Days from entry to the beginning: a number or quantiles."""
    lasts: Timing | None = None
    """Days from beginning to end: a number or quantiles."""
    grade4plus_share: Share | None = None
    """The share of grade 4 or 5 among those with grade 3 or higher."""
    grade5_share: Share | None = None
    """The share of grade 5 among those with grade 3 or higher."""
    serious: Share | None = None
    """The share of serious adverse events among those with grade 3 or higher; grade 5 always is one."""
    delays: bool = False
    """Whether the next step waits until it is over."""
    within: Annotated[str, Name.TOXICITY] | None = None
    """Another type that everybody with this one has too; it begins while that one lasts."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step's table can look up in its scenario."""

    names: Names
    """Every column: its levels, or None for a quantity."""
    shares: Mapping[str, Mapping[str, float]]
    """For each category of the cohort that depends on no other, the share of patients at each level."""
    toxicities: Mapping[str, ToxicityKind]
    resources: Mapping[str, object]
    steps: Mapping[str, "StepSpec"]
    unread: Container[str] = frozenset()
    """Columns of which nothing is known, because what sets them could not be read."""


@dataclass(frozen=True, slots=True)
class Link:
    """What makes a step ready: its names become numbers."""

    name: str
    prefix: str
    scenario: Surroundings
    index: Mapping[str, int]
    add_event: Callable[[EventKind, str, str], int]

    def stream(self, *parts: str) -> str:
        """The full name of one of this step's draws."""
        return "/".join((self.prefix, *parts))

    def condition(self, text: str) -> Condition:
        """The condition that this text stands for."""
        return condition(text, self.scenario.names)

    def event(self, kind: EventKind, name: str) -> int:
        """The code of a new event of this step."""
        return self.add_event(kind, self.name, name)


class Step(Protocol):
    """A step, ready to sample the stays of the patients who enter it."""

    def sample(self, patients: Patients) -> Stays:
        """What the step holds for each of these patients, counted from entry. Pure."""


class Sequenced(ABC):
    """A step that must know how many of each patient's stratum came before: the engine counts them."""

    @abstractmethod
    def strata(self, patients: Patients) -> Rows:
        """The stratum of each of these patients."""


class Elapsed(Table):
    """A column set on entry to the days that have passed since the patient entered an earlier step."""

    set: Annotated[str, Name.COLUMN]
    """The column."""
    since: Annotated[str, Name.STEP]
    """The earlier step."""


class Requested(NamedTuple):
    """A place that is waited for: in which resource, and the step that follows when there is one."""

    resource: str
    then: str


class StepSpec(Table):
    """The keys that every kind of step may have.

    What every kind says of itself stands here too: whoever draws, lists or checks steps asks it. A kind is one file in
    this folder and one line in its ``__init__``.
    """

    appearance: ClassVar[Appearance] = Appearance()
    is_end: ClassVar[bool] = False
    """Whether the pathway ends here."""
    is_stay: ClassVar[bool] = True
    """Whether patients spend time here; those who do not are sent on at once."""

    kind: str
    """How the step behaves."""
    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    begins: str | None = None
    """What is told when a patient enters it, such as "is transplanted"; else that it begins, by its name."""
    after: str | None = None
    """What follows a time in it, as in "relapse, 2 months after transplant"; else "into" and its name."""
    stream: str | None = None
    """The name under which draws are made; steps with the same one share them. Else the step's own name."""
    elapsed: Elapsed | None = None
    """A column to set on entry to the days since the patient entered an earlier step."""

    def arrows(self) -> Iterator[Arrow]:
        """The ways out of this step."""
        yield from ()

    def conditions(self) -> Iterator[tuple[KeyPath, str]]:
        """Every condition in the table, and where it stands."""
        yield from ()

    def sets(self) -> Iterator[tuple[KeyPath, str, tuple[str, ...]]]:
        """Every category that the step sets, its levels, and where the table says so."""
        yield from ()

    def events(self) -> Iterator[str]:
        """The names that the step gives to ways out of it; endpoints count them."""
        yield from (arrow.label for arrow in self.arrows() if arrow.is_exit)

    def details(self, resources: Mapping[str, str]) -> Iterator[str]:
        """What there is to say of the step on a map, in a few words each; ``resources`` has their names for readers."""
        del resources
        yield from ()

    def way(self, arrow: Arrow, control: str | None) -> str:
        """What sends patients along an arrow, in a few words; ``control`` is the control arm of the trial."""
        del control
        return in_line(spoken(arrow.label))

    def requests(self) -> Requested | None:
        """The place that is waited for here."""
        return None

    def keeps(self) -> str | None:
        """The resource whose place, if the patient has one, is kept during this step."""
        return None

    def problems(self, scenario: Surroundings) -> Iterator[tuple[KeyPath, str]]:
        """What is wrong with the table in its scenario; arrows and conditions are checked elsewhere."""
        del scenario
        yield from ()

    def link(self, link: Link) -> Step | None:
        """The step, ready to sample; None if nothing happens here any more."""
        raise NotImplementedError
