"""What a report says of trials and their arms before it gives any figures."""

from collections.abc import Iterator

from rich.text import Text

from pathsim.ensembles.summary import Summary
from pathsim.scenario.scenario import Scenario
from pathsim.text import enumeration, harmless


def of_which_trials(found: Summary) -> Iterator[Text]:
    """As of which date trials are told, and which of them, if not all as they were in the end."""
    if "until" in found:
        yield Text(f"Every trial as it was known at the end of {found['until']}.", style="yellow")
    if (where := found.get("where")) is not None:
        conditions = harmless(enumeration(where["conditions"]))
        yield Text(
            f"Only trials with {conditions}: {where['replicates']:,} of {where['of']:,}. All that follows is of them.",
            style="yellow",
        )


def null_hypothesis(scenario: Scenario) -> Text:
    """That no arm has an effect."""
    arms = "both" if len(scenario.arms) == 2 else "all"
    return Text(f"Null hypothesis: {arms} arms follow the control arm's pathway.", style="yellow")
