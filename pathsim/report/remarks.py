"""What a report says of a trial's arms before it gives any figures."""

from rich.text import Text

from pathsim.scenario.scenario import Scenario


def null_hypothesis(scenario: Scenario) -> Text:
    """That no arm has an effect."""
    arms = "both" if len(scenario.arms) == 2 else "all"
    return Text(f"Null hypothesis: {arms} arms follow the control arm's pathway.", style="yellow")
