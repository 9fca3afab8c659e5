"""Generated wards: patients ask for the same few places again and again, often at the very instant of leaving another.

How long they stay, who comes first and where they go next hangs on how long they waited, on the date, and on an arm.
"""

from hypothesis.strategies import DrawFn, composite
from pens import BEGINS, Pen, Tree
from strategies import Text, sensible

RESOURCES = ("bed", "unit")
CONDITIONS = (
    "waited > 3",
    "waited > 20",
    "waited < 1",
    "date >= '2020-03-01'",
    "urgent == 'yes'",
    "age < 40",
    "arm == 'a'",
)


class _Architect(Pen):
    """Writes one scenario, ward by ward."""

    def __init__(self, draw: DrawFn) -> None:
        super().__init__(draw)
        self._wards = self.number(2, 4)
        self._toss = self.number(0, self._wards - 1)

    def text(self) -> Text:
        steps: Tree = {"start": {"kind": "phase", "days": self.one_of([0, 0.5, 3]), "next": "wait0"}}
        for number in range(self._wards):
            steps |= self._ward(number)
        return sensible(
            {
                "title": "Wards",
                "cohort": {
                    "urgent": {"levels": {"no": 0.6, "yes": 0.4}},
                    "age": {"quantiles": [0, 20, 40, 60, 90]},
                },
                "resources": {name: self._resource() for name in RESOURCES},
                "steps": {**steps, "home": {"kind": "end"}},
                "trial": {
                    "begins": BEGINS,
                    "patients": self.one_of([20, 60, 120]),
                    "per_month": self.one_of([5, 30, 300, 1e9]),
                    "arrivals": self.one_of(["poisson", "even"]),
                    "cutoffs": {"final": {"day": 3000}},
                },
            }
        )

    def _resource(self) -> Tree:
        first = self.number(0, len(CONDITIONS) - 1)
        some = [*CONDITIONS[first:], *CONDITIONS[:first]][: self.number(0, 2)]
        return {"capacity": self.one_of([1, 1, 2, 3]), "priority": some}

    def _ward(self, number: int) -> Tree:
        """A wait, one or two steps in which the place is kept or not, and perhaps a randomization."""
        resource, onward = self.one_of(RESOURCES), f"wait{number + 1}" if number + 1 < self._wards else "home"
        after = "toss" if number == self._toss else onward
        has_more = self.chance(40)
        wait: Tree = {
            "kind": "wait",
            "ready": self.one_of([0, 0, 0.5, 3, [0, 0, 0, 1, 2]]),
            "resource": resource,
            "next": f"stay{number}",
            "elapsed": {"set": "waited", "since": "start"},
        }
        if self.chance(70):
            ways = {"next": self.one_of([onward, "home"]), "median_days": self.one_of([1e-9, 2, 20, 200])}
            wait["exit"] = {f"gives_up{number}": ways}
        stay: Tree = {
            "kind": "phase",
            "days": self._days(),
            "holds": resource,
            "next": f"more{number}" if has_more else after,
            "elapsed": {"set": "waited", "since": f"wait{number}"},
        }
        if self.chance(60):
            effects = [{"when": self.one_of(CONDITIONS), "hazard_ratio": self.one_of([0.1, 8])}]
            stay["exit"] = {f"leaves{number}": {"next": after, "median_days": 15, "effects": effects}}
        steps: Tree = {f"wait{number}": wait, f"stay{number}": stay}
        if has_more:
            held = self.one_of(RESOURCES)
            steps[f"more{number}"] = {"kind": "phase", "days": self._days(), "holds": held, "next": after}
        if number == self._toss:
            arms = {"a": onward, "b": self.one_of([onward, "home"])}
            steps["toss"] = {"kind": "randomize", "arms": arms, "block": 4}
        return steps

    def _days(self) -> object:
        return self.one_of([0, 1, 5, [1, 5, 9, 12, 30], [0, 0, 1, 1, 2]])


@composite
def wards(draw: DrawFn) -> Text:
    """The text of such a scenario."""
    return _Architect(draw).text()
