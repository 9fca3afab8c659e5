"""A row that no trial can have is refused when a file is checked, and not first when nobody shows it."""

from pathlib import Path

import pytest
from calls import Pathsim

from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.validation.picks import check_picks

FEVER = (Path(__file__).parents[1] / "scenarios" / "fever.toml").read_text(encoding="utf-8")
ASSESSED = """
[cohort.sex]
levels  = { female = 0.5, male = 0.5 }
assumed = "a test"
[cohort.age]
quantiles = [18, 45, 60, 70, 90]
assumed   = "a test"
[cohort.frailty]
levels  = { frail = 0.5, spared = 0.5 }
latent  = true
assumed = "a test"
[[steps.screening.assess]]
set     = "residue"
levels  = { negative = 0.5, positive = 0.5 }
assumed = "a test"
[[steps.screening.assess]]
set     = "response"
levels  = { complete = 0.5, none = 0.5 }
assumed = "a test"
"""


@pytest.fixture(scope="module")
def assessed() -> Scenario:
    return load(Source("assessed", "<test>", FEVER + ASSESSED))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("responses[name=resdue,value=negative].share", "there is no name 'resdue' in"),
        ("responses[name=resdue].share", "Did you mean 'residue'?"),
        ("responses[value=negatve,name=residue].share", "there is no value 'negatve' in"),
        ("responses[name=residue,value=negatve].share", "Did you mean 'negative'?"),
        ("responses[name=residue,value=complete].share", "Known here: negative, positive."),
        ("responses[value=partial].share", "Known here: negative, positive, complete, none."),
        ("responses[name=residue,step=screning].share", "there is no step 'screning' in"),
        ("baseline[arm=control,name=sx,value=male].share", "there is no name 'sx' in"),
        ("baseline[name=sex,value=mal].share", "Did you mean 'male'?"),
        ("baseline[name=frailty,value=frail].share", "Known here: sex, age."),
    ],
)
def test_a_name_or_a_value_that_no_row_has_is_said_with_what_was_meant(
    assessed: Scenario, path: str, message: str
) -> None:
    with pytest.raises(KeyError) as wrong:
        check_picks(assessed, path)
    assert message in str(wrong.value.args[0])


@pytest.mark.parametrize(
    ("picks", "message"),
    [
        ("step=block_1,type=seizure", "there is no type 'seizure' in"),
        ("step=block_1,type=sepsi", "Did you mean 'sepsis'?"),
        ("step=therapy,type=acute_gvhd", "there is no type 'acute_gvhd' in"),
        ("step=not_randomized,type=any", "there is no type 'any' in"),
    ],
)
def test_a_toxicity_that_there_cannot_be_in_a_step_is_none_of_its_rows(picks: str, message: str) -> None:
    with pytest.raises(KeyError) as wrong:
        check_picks(load("aall1331"), f"toxicity[arm=chemotherapy,{picks}].rate")
    assert message in str(wrong.value.args[0])


def test_every_row_of_a_trial_can_be_picked(assessed: Scenario) -> None:
    keys = {
        "responses": ("arm", "step", "name", "value"),
        "baseline": ("arm", "name", "value"),
        "toxicity": ("arm", "step", "type"),
    }
    for made in (assessed, load("stroke-thrombectomy"), load("aall1331")):
        found = results(simulate(made, 1)[0])
        for table, by in keys.items():
            assert found[table]
            for row in found[table]:
                picks = ",".join(f"{key}={'' if row[key] is None else row[key]}" for key in by if key in row)
                check_picks(made, f"{table}[{picks}].n")


def test_a_misspelled_row_of_a_target_is_one_problem_on_its_line(pathsim: Pathsim, tmp_path: Path) -> None:
    target = (
        '[targets.one]\npublished = 0.4\nsource = "paper"\nfigure = "responses[name=residue,value=negatve].share"\n'
    )
    path = tmp_path / "small.toml"
    path.write_text(FEVER + ASSESSED + target, encoding="utf-8")
    line = path.read_text(encoding="utf-8").splitlines().index(target.splitlines()[-1]) + 1
    done = pathsim("check", path)
    assert done.code == 2
    where, *more = done.err.splitlines()
    assert where.startswith(f"{path}:{line}: targets.one.figure: there is no value 'negatve' in")
    assert where.endswith("Did you mean 'negative'?")
    assert more == [f"1 problem in {path}"]
