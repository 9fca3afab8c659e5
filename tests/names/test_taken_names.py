"""What cannot be told apart is refused, with the place and what to do."""

from pathlib import Path

import pytest

from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario, load
from pathsim.validation.picks import check_picks
from pathsim.validation.targets import problems

CASES = Path(__file__).parent / "cases"
ANY = CASES / "07-toxicity-named-any.toml"


def refused(text: str) -> list[tuple[str, ...]]:
    with pytest.raises(ScenarioError) as wrong:
        load(Source("here", "here.toml", text))
    return [tuple(map(str, problem.path)) for problem in wrong.value.problems]


def scenario() -> Scenario:
    text = ANY.read_text().replace("any", "fever").replace('"therapy"', '"drug_days"')
    return load(Source("here", "here.toml", text.replace("[steps.therapy]", "[steps.drug_days]")))


def test_a_toxicity_cannot_be_called_any_nor_a_step_with_toxicity_therapy() -> None:
    assert refused(ANY.read_text()) == [
        ("toxicities", "any"),
        ("steps", "therapy"),
        ("steps", "therapy", "toxicity", "any"),
    ]


def test_nor_can_a_phase_that_repeats() -> None:
    text = ANY.read_text().replace("any", "fever").replace("days = 28", "days = 28\nrepeat = 2")
    assert refused(text) == [("steps", "therapy")]


def test_a_step_without_toxicity_can_be_called_therapy() -> None:
    base = (CASES / "base.toml").read_text()
    load(
        Source(
            "here",
            "here.toml",
            base.replace('"drug" }', '"therapy" }')
            .replace("steps.drug", "steps.therapy")
            .replace('drug = "drug"', 'drug = "therapy"'),
        )
    )


def test_with_other_names_both_rows_are_there() -> None:
    found = results(simulate(scenario(), seed=1)[0])
    types = {(row["step"], row["type"]) for row in found["toxicity"]}
    assert types == {(step, kind) for step in ("drug_days", "therapy") for kind in ("fever", "pain", "any")}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("toxicity[arm=drug,step=therapi,type=fever].rate", "there is no step 'therapi'"),
        ("toxicity[arm=dug,step=therapy,type=fever].rate", "there is no arm 'dug'"),
        ("toxicity[arm=drug,step=therapy,type=fevr].rate", "there is no type 'fevr'"),
        ("flow[step=nowhere,arm=].entered", "there is no step 'nowhere'"),
    ],
)
def test_a_row_that_no_trial_can_have_leads_nowhere(path: str, message: str) -> None:
    with pytest.raises(KeyError, match=message):
        check_picks(scenario(), path)


@pytest.mark.parametrize(
    "path", ["toxicity[arm=drug,step=therapy,type=any].rate", "flow[arm=,step=alloc].entered", "trial.enrolled"]
)
def test_rows_that_a_trial_can_have_lead_somewhere(path: str) -> None:
    check_picks(scenario(), path)


@pytest.mark.parametrize("written", ["365.25", "'365.25'", '\\"365.25\\"'])
def test_a_day_with_a_fraction_can_be_a_target(written: str) -> None:
    text = (CASES / "05-fractional-day-target.toml").read_text().replace("at.365.25", f"at.{written}")
    loaded = load(Source("here", "here.toml", text))
    assert problems(loaded) == []
    assert loaded.published_points("os", "ctl") == [(365.25, 0.5)]
    found = results(simulate(loaded, seed=1)[0])
    shown = figure(found, loaded.sections.targets["a"].figure)
    assert shown == found["endpoints"]["os"]["arms"]["ctl"]["at"]["365.25"]["survival"]
