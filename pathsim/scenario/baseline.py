"""What a trial starts from, as a scenario file says it: publications, patients and resources."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Self, TypeAlias

from pydantic import Discriminator, Tag, model_validator

from pathsim.fields import Count, EachOnce, QuantileList, Shares, wrong
from pathsim.meaning import AlsoCalled, Name, Together, Words
from pathsim.steps.assess import Case, case_problems
from pathsim.steps.spec import KeyPath
from pathsim.table import Table


class SourceEntry(Table):
    """A publication that numbers were read in."""

    has_evidence: ClassVar[bool] = False

    cite: str
    """The citation."""
    doi: str | None = None
    """The digital object identifier, without https://doi.org/."""
    url: str | None = None
    """Where it can be read, if it has no DOI."""


class QuantityCase(Table):
    """The quantiles of a quantity for patients under a condition."""

    when: Annotated[str, Name.CONDITION]
    """A condition over columns: age < 18 and risk == 'high'."""
    quantiles: QuantileList
    """Values at equally spaced probabilities. Five are the minimum, the quartiles and the maximum."""


TAGS = ("[levels]", "[quantiles]")
"""Between the keys of an error, which kind of case was tried."""
AnyCase: TypeAlias = Annotated[
    Annotated[Case, Tag(TAGS[0])] | Annotated[QuantityCase, Tag(TAGS[1])],
    Discriminator(lambda case: TAGS[isinstance(case, dict) and "quantiles" in case]),
]


class Covariate(Table):
    """A column of the cohort: a category with probabilities, or a quantity with quantiles.

    A covariate can depend on those above it, by cases; the first case that holds counts.
    """

    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    unit: str | None = None
    """The unit of a quantity."""
    levels: Annotated[Shares, Name.LEVEL, Words("")] | None = None
    """The probability of each level; one can be "rest"."""
    quantiles: QuantileList | None = None
    """Values at equally spaced probabilities. Five are the minimum, the quartiles and the maximum."""
    whole: bool = False
    """Whether a quantity is rounded down to a whole number, as ages are."""
    latent: bool = False
    """Whether the column is felt but never observed, such as frailty: reports leave it out."""
    cases: Annotated[tuple[AnyCase, ...], Together.IN_TURN, Words("")] = ()
    """Other probabilities for patients under a condition; the first case that holds counts."""

    @model_validator(mode="after")
    def _one_distribution(self) -> Self:
        if (self.levels is None) == (self.quantiles is None):
            raise ValueError("needs either 'levels', a category, or 'quantiles', a quantity")
        wanted = Case if self.levels is not None else QuantityCase
        for key in ("unit", "whole"):
            if self.levels is not None and getattr(self, key):
                raise wrong(f"'{key}' applies to quantities, and this is a category; leave it out", key)
        if any(not isinstance(case, wanted) for case in self.cases):
            raise ValueError(f"its cases must give '{'levels' if wanted is Case else 'quantiles'}', as the table does")
        return self

    def problems(self) -> Iterator[tuple[KeyPath, str]]:
        """Cases that do not fit the table."""
        if self.levels is not None:
            yield from case_problems(self.levels, tuple(case for case in self.cases if isinstance(case, Case)))


class Resource(Table):
    """A shared resource. Who comes first is decided by the first condition of ``priority`` that holds, then by time."""

    capacity: Annotated[Count, AlsoCalled(("places", "queue"))]
    """How many patients can have it at once."""
    label: Annotated[str, Name.LABEL] | None = None
    """The name for readers."""
    priority: Annotated[EachOnce, Name.CONDITION] = ()
    """Conditions; those for whom an earlier one holds come first."""
