"""The Patients screen asks for the patients of the trial that is on screen."""

from driving import driven

from pathsim.app.screens.patients import PatientsScreen
from pathsim.player import requests as ask


async def test_nobody_asks_for_a_patient_by_the_list_of_the_trial_before() -> None:
    """They may not come in the trial as it is set now."""
    async with driven("two-arm-exponential") as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster and screen.journey, "patients are listed")
        await driver.press("end")
        before = sum(isinstance(one, ask.Travel) for one in driver.worker.asked)
        driver.session.settings["trial.patients"] = "20"
        driver.app.trial.open()
        screen.action_coupling()
        assert sum(isinstance(one, ask.Travel) for one in driver.worker.asked) == before
        await driver.until_shown()
        await driver.until(
            lambda: screen.journey and screen.journey.patient < 20, "one of the present patients is shown"
        )
        assert screen.journey.generation == driver.session.generation
        assert not driver.worker.failed
