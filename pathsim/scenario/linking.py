"""Steps become ready to sample, one after the other in the order of the pathway, and give their events codes."""

from collections.abc import Mapping, Sequence
from itertools import takewhile

from pathsim.journal import Event, EventKind, Vocabulary
from pathsim.names import readable
from pathsim.scenario.entries import Repeated, StepEntry
from pathsim.steps.spec import Link, StepSpec, Surroundings


class StepLinker:
    """Links the steps of a scenario; those that are known from another one stay as they are, if they can."""

    def __init__(self, around: Surroundings, index: Mapping[str, int], repeats: Mapping[str, Repeated]) -> None:
        self._around, self._index, self._repeats = around, index, repeats
        self._known: Sequence[StepEntry] = ()
        self._known_events: Sequence[Event] = ()
        self.vocabulary = Vocabulary()

    def know(self, steps: Sequence[StepEntry], events: Sequence[Event]) -> None:
        """Take steps, by number, from a scenario in which they look up the same, with all of its events."""
        self._known, self._known_events = steps, events

    def entry(self, number: int, name: str, spec: StepSpec) -> StepEntry:
        """The next step."""
        known = self._known[number] if self._known else None
        if known is None or known.spec is not spec or known.enter != len(self.vocabulary.events) + 1:
            return self._linked(number, name, spec)
        its_own = takewhile(lambda event: event.step == name, self._known_events[known.enter - 1 :])
        self.vocabulary.events += its_own
        return known

    def _linked(self, number: int, name: str, spec: StepSpec) -> StepEntry:
        enter = self.vocabulary.add("enter", name, name)
        step = spec.link(Link(name, spec.stream or name, self._around, self._index, self._add_event))
        return StepEntry(
            number=number,
            name=name,
            spec=spec,
            step=step,
            enter=enter,
            label=spec.label or readable(name),
            holds=spec.keeps(),
            requests=spec.requests(),
            elapsed=None if spec.elapsed is None else (spec.elapsed.set, self._since(spec.elapsed.since)),
        )

    def _add_event(self, kind: EventKind, step: str, what: str) -> int:
        return self.vocabulary.add(kind, step, what)

    def _since(self, step: str) -> tuple[int, ...]:
        """The numbers of a step, or of all cycles of a phase that repeats."""
        return self._repeats[step].cycles if step in self._repeats else (self._index[step],)
