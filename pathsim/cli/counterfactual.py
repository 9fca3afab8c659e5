"""``pathsim counterfactual``: the same patients, each in every arm."""

from functools import partial
from typing import TYPE_CHECKING, Any

import click

import pathsim
from pathsim.api.arguments import MOST_REPLICATES, drawn_seed
from pathsim.cli.many import progress, quiet_option, told_of_trouble, workers_begun, workers_option
from pathsim.cli.options import json_option, scenario_argument, seed_option, set_option, whole
from pathsim.cli.output import page, patience, print_json
from pathsim.couplings import COUPLINGS, Coupling
from pathsim.text import counted

if TYPE_CHECKING:
    from pathsim import Scenario
    from pathsim.ensembles.collected import ByName


@click.command(short_help="A patient's course in each arm; or how many fare better and worse in another one.")
@scenario_argument
@click.option("--patient", type=whole(), metavar="N", help="Print the course of this patient in each arm.")
@click.option(
    "--all",
    "everybody",
    is_flag=True,
    help="Count who fares better, worse and the same in another arm, by endpoint and day, under each coupling.",
)
@click.option(
    "--replicates",
    type=whole(1, MOST_REPLICATES),
    help="With --all: shares over so many trials, with their errors, instead of counts in one.",
)
@click.option("--replicate", type=whole(), metavar="K", help="Which of this seed's trials; 0, the first, if absent.")
@click.option(
    "--coupling",
    type=click.Choice(COUPLINGS),
    help="How the patient's draws in the other arm go with their own: the same (shared, as without this option); other "
    "draws in the therapies; other draws from the randomization on.",
)
@seed_option
@set_option
@workers_option
@json_option
@quiet_option
def counterfactual(
    scenario: str,
    patient: int | None,
    everybody: bool,
    replicates: int | None,
    replicate: int | None,
    coupling: Coupling | None,
    seed: int | None,
    settings: dict[str, str],
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Put the patients of SCENARIO into every arm: one of them (--patient), or all (--all).

    A trial sees each patient in one arm only. What would have happened in another one depends on how their draws
    there go with their own, which nobody can know: --all shows every coupling.
    """
    _refuse_contradictions(
        patient, everybody=everybody, replicates=replicates, replicate=replicate, coupling=coupling, workers=workers
    )
    made = pathsim.load(scenario, settings)
    if not made.arms:
        raise click.UsageError(
            f"'{made.name}' has no arms, so there is no other one: a counterfactual needs two at least"
        )
    seed = drawn_seed() if seed is None else seed
    if patient is not None:
        _print_patient(made, seed, replicate or 0, patient, coupling or "shared", as_json=as_json, quiet=quiet)
    else:
        _print_all(made, seed, replicate or 0, replicates, workers, as_json=as_json, quiet=quiet)


def _refuse_contradictions(
    patient: int | None,
    *,
    everybody: bool,
    replicates: int | None,
    replicate: int | None,
    coupling: Coupling | None,
    workers: int | None,
) -> None:
    if (patient is None) != everybody:
        raise click.UsageError("choose one patient with --patient N, or count them all with --all")
    if everybody and coupling is not None:
        raise click.UsageError("--all shows every coupling: leave --coupling out")
    if patient is not None and replicates is not None:
        raise click.UsageError("--replicates is for --all: a patient is one of one trial, which --replicate K chooses")
    if replicates is not None and replicate is not None:
        raise click.UsageError("--replicates is over trials 0, 1 and so on, --replicate is one of them: choose one")
    if workers is not None and replicates is None:
        raise click.UsageError("--workers is for many trials: add --replicates, or leave it out")


def _print_patient(
    made: "Scenario", seed: int, replicate: int, patient: int, coupling: Coupling, *, as_json: bool, quiet: bool
) -> None:
    from pathsim.engines.choose import simulate
    from pathsim.report.arm_courses import arm_courses
    from pathsim.report.followed_trial import FollowedTrial
    from pathsim.trial.course import course

    with patience(f"simulating {counted(made.patients, 'patient')}", quiet=quiet):
        own = FollowedTrial(course(simulate(made, seed, replicate)[0]))
        _refuse_who_never_came(own.happened_by(own.last_day).enrolled.tolist(), patient)
        found = arm_courses(own, patient, coupling)
    if as_json:
        print_json(_about(made, seed, replicate=replicate) | found.as_results(own))
        return
    from pathsim.report.counterfactual_patient import print_patient

    with page() as screen:
        print_patient(screen, made, seed, replicate, found)


def _refuse_who_never_came(enrolled: list[float], patient: int) -> None:
    came = [number for number, day in enumerate(enrolled) if day < float("inf")]
    if patient in came:
        return
    if not came:
        raise click.UsageError(f"there is no patient {patient}: nobody came to this trial")
    raise click.UsageError(
        f"there is no patient {patient} in this trial: {counted(len(came), 'patient')} came, with numbers from "
        f"{came[0]} to {came[-1]}"
    )


def _print_all(
    made: "Scenario",
    seed: int,
    replicate: int,
    replicates: int | None,
    workers: int | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from pathsim.ensembles.individual_effects import effects_summary, tabulated

    if not list(tabulated(made)):
        raise click.UsageError(
            f"'{made.name}' tabulates no endpoint on any day, so there is no day to count by: set at_days"
        )
    columns = _counts(made, seed, replicate, replicates, workers, quiet=quiet)
    which = {"replicate": replicate} if (replicates or 1) == 1 else {}
    found = _about(made, seed, replicates=replicates or 1, **which) | effects_summary(made, columns)
    if not found["averaged"]:
        raise click.UsageError(
            "patients queue in every one of these trials: what would have happened in another arm cannot be known, for "
            "whose turn it is hangs on the others"
        )
    if as_json:
        print_json(found)
        return
    from pathsim.report.individual_effects import print_effects

    with page() as screen:
        print_effects(screen, made, found)


def _counts(
    made: "Scenario", seed: int, replicate: int, replicates: int | None, workers: int | None, *, quiet: bool
) -> "ByName":
    """How many patients of each trial fare how."""
    from pathsim.ensembles.individual_effects import effect_chunks, effect_rows
    from pathsim.ensembles.run import Recipe, gathered

    if replicates is None:
        with patience(f"simulating {counted(made.patients, 'patient')}", quiet=quiet):
            return effect_rows(made, seed, [replicate])
    recipe = Recipe.of(made.layers.source, made.layers.given)
    crew = workers_begun(workers, replicates)
    with told_of_trouble(None, "nothing was kept"), progress(replicates, quiet=quiet) as finished:
        return gathered(partial(effect_chunks, recipe, seed), replicates, workers=crew, finished=finished)


def _about(made: "Scenario", seed: int, **which: int) -> dict[str, Any]:
    """With what ``--json`` begins: what it takes to simulate the same again."""
    from pathsim.api.json_object import about

    found = about(made, seed, 0)
    del found["replicates"]
    return found | which
