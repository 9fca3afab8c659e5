"""What a report says of a trial's arms before it gives any figures."""

from rich.text import Text

from pathsim.scenario.scenario import Scenario


def null_hypothesis(scenario: Scenario) -> Text:
    """That no arm has an effect."""
    arms = "both" if len(scenario.arms) == 2 else "all"
    return Text(f"Null hypothesis: {arms} arms follow the control arm's pathway.", style="yellow")


def not_compared(scenario: Scenario) -> Text | None:
    """Why arms are not compared; None if they are, or if there are none."""
    if len(scenario.arms) <= 2:
        return None
    return Text(
        f"Hazard ratios, P and power compare two arms; of these {len(scenario.arms)}, each arm's survival and events "
        "are given instead.",
        style="yellow",
    )
