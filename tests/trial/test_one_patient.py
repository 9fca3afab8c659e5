"""The smallest trial: one patient, who has everything that can be had."""

from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

TEXT = """
title = "One patient"
[trial]
assumed = "a test"
begins = 2020-01-01
patients = 1
per_month = 1
cutoffs.end = { day = 100, complete = true }
[toxicities]
assumed = "a test"
rash = { onset = 2, lasts = 3 }
fever = { onset = 4, lasts = 3 }
[steps.treatment]
assumed = "a test"
kind = "phase"
days = 20
repeat = 2
next = "end"
fatal = "death"
toxicity = { rash = { grade3plus = 1 }, fever = { grade3plus = 1 } }
exit = { death = { next = "end" } }
[steps.end]
kind = "end"
"""


def test_every_toxicity_of_the_last_patient_is_counted() -> None:
    found = results(simulate(load(Source("one", "one.toml", TEXT)), 1)[0])
    for step in ("treatment", "treatment.1", "treatment.2"):
        counted = {row["type"]: row["grade3plus"] for row in found["toxicity"] if row["step"] == step}
        assert counted == {"any": 1, "fever": 1, "rash": 1}
