"""A figure of a setting among others in words: its mean, and how far it is from that in the first setting."""

import math

from pathsim.ensembles.averages import is_ratio
from pathsim.ensembles.summary import Summary
from pathsim.meaning import Unit
from pathsim.paths import parts_of, path_of
from pathsim.report.figures import of_fewer, ratio, times
from pathsim.results.declared import unit_of

NO_COMMITTEE = "no committee"


def is_amount(path: str) -> bool:
    """Whether the figure is a number of patients, events or days."""
    return unit_of(path) in (Unit.COUNT, Unit.DAYS)


def mean_of(setting: Summary, path: str) -> float | None:
    """The mean of a figure, of ratios the geometric one, or a share of trials."""
    first, *rest = (part.name for part in parts_of(path))
    if first == "endpoints" and (rest[1], rest[-1]) == ("comparisons", "significant"):
        endpoint, _, arm, *test, _ = rest
        power: float = setting["power"][endpoint][arm][path_of(*test)]["estimate"]
        return power
    if first == "ending":
        found: float = setting["ending"][rest[0]]["estimate"] if setting["ending"] else 0.0
        return found
    if first == "looks":
        number, why = int(rest[0]), rest[1]
        held: float = setting["stopping"][number - 1][why]["estimate"] if number <= len(setting["stopping"]) else 0.0
        return held
    figure = setting["figures"].get(path, {})
    if figure.get("mean_log") is not None:
        return math.exp(figure["mean_log"])
    mean: float | None = figure.get("mean")
    return mean


def without_committee(setting: Summary, path: str) -> bool:
    """Whether the figure is how often a committee ended trials, and the setting has none."""
    return path.startswith("ending.") and not setting["ending"]


def place_of(path: str) -> str:
    """Where in the summary of a setting the mean of a figure stands; of ratios it is that of their logarithms."""
    first, *rest = (part.name for part in parts_of(path))
    if first == "endpoints" and (rest[1], rest[-1]) == ("comparisons", "significant"):
        endpoint, _, arm, *test, _ = rest
        return path_of("power", endpoint, arm, path_of(*test), "estimate")
    if first == "ending":
        return path_of("ending", rest[0], "estimate")
    return path_of("figures", path, "mean_log" if is_ratio(path) else "mean")


def mean_told(setting: Summary, path: str, unit: float = 1.0, digits: int = 1) -> str:
    """The mean of a figure, and of how many trials it is, if not of all; of an amount in units of so much."""
    if without_committee(setting, path):
        return NO_COMMITTEE
    figure, mean = setting["figures"].get(path), mean_of(setting, path)
    if mean is None:
        # Ratios can all be 0 or infinite: they have no mean, but a median.
        return "-" if figure is None or figure["median"] is None else f"{ratio(figure['median'])} (median)"
    told = f"{mean / unit:.{digits}f}" if is_amount(path) else f"{mean:.3f}" if is_ratio(path) else f"{mean:.1%}"
    return told + ("" if figure is None else of_fewer(figure["averaged"], setting["replicates"]))


def difference_told(
    difference: Summary, path: str, unit: float = 1.0, digits: int = 1, *, deviations: float = 1.0
) -> str:
    """A difference and so many of its standard errors; of ratios the factor with its 95% interval."""
    if (effect := effect_of(difference)) is None:
        return "-"
    if "ratio" in difference:
        return times(difference["ratio"], difference["lower"], difference["upper"])
    error = deviations * difference["standard_error"]
    if is_amount(path):
        return f"{effect / unit:+.{digits}f} ± {error / unit:.{digits}f}"
    return f"{100 * effect:+.2f} ± {100 * error:.2f} points"


def effect_of(difference: Summary) -> float | None:
    """The mean difference, of ratios that of their logarithms: 0 if there is none, None if too few pairs tell it."""
    found: float | None = difference["mean_log" if "ratio" in difference else "mean"]
    return found
