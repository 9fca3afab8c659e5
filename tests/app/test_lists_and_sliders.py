"""Lists and sliders: what is typed, found, sorted and shown to the letter."""

from pathlib import Path

import pytest
from driving import SCREEN_NAMES, Driver, driven, lines_of
from hypothesis import given
from hypothesis import strategies as st

from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.listing import GAP, LEAST, Column, Listing
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.timeline import Timeline

DAY = 1800.0
PATH = "steps.after_transplant.exit.relapse.hazard_ratio"

BRACKETS = """
extends = "aall1331"
title = "A [/b] title [red] of [brackets]"
[toxicities.fever]
label = "Fever [/b] [red]"
[steps.after_transplant]
label = "After [/x] transplant"
[endpoints.dfs]
label = "Disease-free [/y] survival [bold]"
"""


async def test_brackets_in_labels_are_shown_to_the_letter(tmp_path: Path) -> None:
    file = tmp_path / "brackets [1].toml"
    file.write_text(BRACKETS, encoding="utf-8")
    async with driven(file, settings={PATH: "3"}, size=(200, 60)) as driver:
        await driver.go(DAY)
        for name in SCREEN_NAMES:
            await driver.visit(name)
            if name != "evidence":
                await driver.until(lambda: reads(driver, "[/y] survival [bold]"), "the endpoint is told")
            driver.app.notify(f"[b]to the letter[/b] {name}")
            await driver.until(lambda name=name: reads(driver, f"[b]to the letter[/b] {name}"), "it is told")


def reads(driver: Driver, text: str) -> bool:
    """Whether this is somewhere on screen."""
    return any(text in line.lower() for line in driver.screen_lines())


async def test_a_share_is_typed_in_the_per_cents_in_which_it_is_shown() -> None:
    async with driven() as driver:
        sliders = driver.front.query_one(Sliders)
        sliders.narrow("frailty spared")
        share = sliders.marked
        assert share is not None
        assert share.is_share
        await driver.press(*"0.9", "enter")
        assert driver.app.trial.values()[share.path] == pytest.approx(max(0.009, share.lowest))
        await driver.press(*"12.5", "enter")
        assert driver.app.trial.values()[share.path] == pytest.approx(0.125)
        await driver.press(*"1.2.3", "enter")
        await driver.until(lambda: reads(driver, "1.2.3 is not a number"), "it is told that this is none")


COLUMNS = st.builds(
    Column,
    heading=st.text("abc", max_size=12),
    most=st.integers(1, 60),
    rank=st.integers(0, 3),
    least=st.integers(4, 20),
)


@given(columns=st.lists(COLUMNS, min_size=1, max_size=8), cell=st.text("x", max_size=50), room=st.integers(1, 200))
def test_columns_share_the_room_there_is_and_those_of_a_high_rank_go_first(
    columns: list[Column], cell: str, room: int
) -> None:
    listing = Listing()
    listing.columns, listing.longest = tuple(columns), (len(cell),) * len(columns)
    widths = listing._widths(room)  # noqa: SLF001 - what everything that is drawn goes by
    assert all(number in widths for number, column in enumerate(columns) if not column.rank)
    gone = [column.rank for number, column in enumerate(columns) if number not in widths]
    left = [columns[number].rank for number in widths]
    assert not gone or min(gone) >= max(left, default=0)
    needed = sum(min(width, LEAST) for width in widths.values()) + GAP * (len(widths) - 1)
    assert sum(widths.values()) + GAP * (len(widths) - 1) <= max(room, needed)


@pytest.mark.parametrize(
    ("number", "typed", "told"),
    [
        ("relapse hazard ratio (mrd is not negative)", "99", "99 is not set"),
        ("relapse hazard ratio (mrd is not negative)", "1e-9", "1e-9 is not set"),
        ("frailty spared", "999", "999 is not set"),
        ("trial.patients", "700.5", "patients is a whole number: 700.5 is not set"),
        ("trial.patients", "1e999", "1e999 is not set"),
    ],
)
async def test_a_number_is_never_set_to_something_else_than_was_typed(number: str, typed: str, told: str) -> None:
    async with driven() as driver:
        sliders = driver.front.query_one(Sliders)
        sliders.narrow(number)
        await driver.press(*typed, "enter")
        await driver.until(lambda: reads(driver, told), "it is told why not")
        assert driver.app.trial.values() == {}


async def test_a_number_is_set_to_all_its_digits() -> None:
    async with driven() as driver:
        sliders = driver.front.query_one(Sliders)
        sliders.narrow("relapse hazard ratio (mrd is not negative)")
        await driver.press(*"1.23456789012", "enter")
        assert list(driver.app.trial.values().values()) == [1.23456789012]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("relapse after transplant", "steps.after_transplant.exit.relapse.hazard_ratio"),
        ("transplant relapse after hr", "steps.after_transplant.exit.relapse.hazard_ratio"),
        ("BMT bed", "resources.transplant_bed.capacity"),
        ("HSCT death", "steps.transplant.exit.death.by.30"),
        ("accrual", "trial.pace.0.per_month"),
        ("sample size", "trial.patients"),
        ("side effect fever cycle 1", "steps.blina_1.toxicity.fever.grade3plus"),
    ],
)
async def test_a_number_is_found_by_the_words_of_whoever_looks_for_it(typed: str, found: str) -> None:
    """In any order, by other words that the scenario or the key has for it; and it can be turned at once."""
    async with driven() as driver:
        await driver.press("slash", *typed, "enter")
        sliders = driver.front.query_one(Sliders)
        assert sliders.marked is not None
        assert found in listed(sliders)
        await driver.press("right")
        await driver.until(lambda: driver.session.settings, "it is turned")


def listed(sliders: Sliders) -> list[str]:
    return [row.parameter.path for row in sliders._rows if row.parameter is not None]  # noqa: SLF001


async def test_the_list_narrows_while_one_types_and_esc_gives_it_back() -> None:
    async with driven() as driver:
        sliders = driver.front.query_one(Sliders)
        whole = listed(sliders)
        await driver.press(*["down"] * 5, "slash", "escape")
        assert sliders.cursor == 6
        counts = []
        await driver.press("slash")
        for letter in "hsct":
            await driver.press(letter)
            counts.append(len(listed(sliders)))
        assert counts == sorted(counts, reverse=True)
        assert counts[-1] > 0
        await driver.press(*" nosuchword")
        assert listed(sliders) == []
        shown = "\n".join(driver.screen_lines())
        assert "nothing found" in shown
        assert f"esc shows all {len(sliders.parameters)}" in shown
        await driver.press("escape")
        await driver.until(lambda: listed(sliders) == whole, "all are listed again")


async def test_numbers_for_some_patients_only_say_for_whom() -> None:
    async with driven() as driver:
        assert driver.app.trial.card is not None
        labels = {one.path: one.label for one in driver.app.trial.card.parameters}
        assert labels["steps.transplant.exit.death.effects.0.hazard_ratio"] == (
            "death hazard ratio (age at enrollment >= 13)"
        )
        assert "arm is chemotherapy" in labels["steps.after_transplant.exit.death.effects.2.hazard_ratio"]


async def test_where_no_number_is_said_to_matter_or_to_be_uncertain_all_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "plain.toml"
    file.write_text('extends = "two-arm-exponential"\nwithout = ["shown_first"]\n', encoding="utf-8")
    async with driven(file) as driver:
        sliders = driver.front.query_one(Sliders)
        assert driver.app.trial.card is not None
        shown = " ".join(" ".join(line[3:22] for line in lines_of(sliders)).split())
        assert all(one.label in shown for one in driver.app.trial.card.parameters)
        await driver.press("home", "left")
        await driver.until(lambda: "Patients" not in "\n".join(lines_of(sliders)), "it is shut")


async def test_alone_on_the_screen_the_numbers_have_the_arrows() -> None:
    async with driven("two-arm-exponential") as driver:
        await driver.press("f", "x")
        await driver.press("w", "w", "w")
        sliders = driver.front.query_one(Sliders)
        await driver.until(lambda: sliders.size.width > 80 and sliders.has_focus, "the numbers are alone")
        await driver.press("right")
        await driver.until(lambda: driver.session.settings, "one is turned")


async def test_keys_that_come_at_once_are_taken_in_their_order() -> None:
    async with driven() as driver:
        sliders = driver.front.query_one(Sliders)
        sliders.narrow("frailty spared")
        for key in ("home", "down", "4", "0", "enter"):
            driver.feed_key(key)
        await driver.until(lambda: driver.app.trial.values().get("cohort.frailty.levels.spared") == 0.4, "40% is set")


async def test_months_on_the_calendar_add_up_however_fast_they_come() -> None:
    async with driven() as driver:
        await driver.go(900.0)
        driver.front.query_one("#calendar").focus()
        await driver.settle()
        for _ in range(5):
            driver.feed_key("right")
        await driver.until(lambda: driver.snapshot.day == 1050, "it is five months later")


async def test_events_add_up_however_fast_they_come() -> None:
    async with driven() as driver:
        await driver.go(900.0)
        days = []
        for _ in range(5):
            before = driver.snapshot
            await driver.press("full_stop")
            await driver.until(lambda before=before: driver.snapshot is not before, "the next event is shown")  # type: ignore[misc]
            days.append(driver.snapshot.day)
        await driver.go(900.0)
        for _ in range(5):
            driver.feed_key("full_stop")
        await driver.until(lambda: driver.snapshot.day == days[-1], "it is the fifth event")


async def test_a_point_goes_to_the_next_event_where_no_number_is_being_typed() -> None:
    async with driven() as driver:
        await driver.go(900.0)
        sliders = driver.front.query_one(Sliders)
        sliders.narrow("frailty spared")
        await driver.press("home", "down", "full_stop")
        await driver.until(lambda: driver.snapshot.day > 900, "the next event is shown")
        await driver.press(*"1.5")
        assert sliders.typed == "1.5"


async def test_lists_are_sorted_by_what_is_seen_of_them() -> None:
    async with driven(size=(80, 24)) as driver:
        await driver.go(DAY)
        await driver.visit("patients")
        listing = driver.front.query_one(Listing)
        await driver.until(lambda: listing.lines, "patients are listed")
        for _ in range(len(listing.columns) + 2):
            await driver.press("right")
            assert listing.sorted_by < 0 or "▲" in lines_of(listing)[0]


async def test_escape_leads_from_a_patient_back_to_the_comparison() -> None:
    async with driven(settings={PATH: "3"}) as driver:
        await driver.go(DAY)
        await driver.visit("compare")
        listing = driver.front.query_one(Listing)
        await driver.until(lambda: listing.lines, "patients are listed")
        chosen = listing.marked
        await driver.press("enter")
        await driver.until(lambda: driver.app.current_mode == "patients", "the patients are in front")
        patients = driver.front.query_one(Listing)
        await driver.until(lambda: patients.marked == chosen, "it is this patient")
        await driver.press("escape")
        await driver.until(lambda: driver.app.current_mode == "compare", "it leads back")


async def test_a_patient_who_is_wanted_is_found_though_the_list_is_narrowed() -> None:
    async with driven() as driver:
        await driver.go(DAY)
        await driver.visit("patients")
        await driver.press("slash", *"0001", "enter")
        await driver.visit("live")
        driver.front.post_message(TrialScreen.PatientChosen(42))
        await driver.until(lambda: isinstance(driver.app.screen, PatientsScreen), "the patients are in front")
        await driver.until(lambda: driver.front.query_one(Listing).marked == 42, "it is this patient")


def headings(driver: Driver) -> str:
    return lines_of(driver.front.query_one(Listing))[0].translate(str.maketrans("▲▼", "  "))


async def test_neither_sorting_nor_scrolling_nor_filtering_moves_a_column() -> None:
    async with driven(size=(120, 40)) as driver:
        await driver.go(DAY)
        await driver.visit("patients")
        await driver.until(lambda: driver.front.query_one(Listing).lines, "patients are listed")
        before = headings(driver)
        for keys in (("end",), ("right", "right"), ("minus",), ("slash", *"0042", "enter")):
            await driver.press(*keys)
            assert headings(driver) == before


async def test_whoever_sorts_sees_the_first_of_the_new_order() -> None:
    async with driven() as driver:
        await driver.go(DAY)
        await driver.visit("patients")
        listing = driver.front.query_one(Listing)
        await driver.until(lambda: listing.lines, "patients are listed")
        await driver.press("end", "right", "minus")
        assert listing.cursor == listing.top == 0
        assert listing.marked == listing.seen[0].about == len(listing.lines) - 1


@pytest.mark.parametrize("name", ["live", "patients", "compare", "evidence"])
async def test_escape_lists_everything_again_before_it_leaves(name: str) -> None:
    async with driven(settings={PATH: "3"}) as driver:
        await driver.go(DAY)
        await driver.visit(name)
        widget: Listing | Sliders = driver.front.query(Sliders if name == "live" else Listing).first()
        await driver.press("slash", *"nothing like this", "enter")
        assert widget.filter
        await driver.press("escape")
        assert not widget.filter
        assert driver.app.current_mode == name
        await driver.press("escape")
        assert driver.app.current_mode == "live"


async def test_escape_leads_from_one_journey_to_the_list_and_from_one_view_to_all() -> None:
    async with driven() as driver:
        await driver.go(DAY)
        await driver.press("f")
        assert driver.front.has_class("-single")
        await driver.press("escape")
        assert not driver.front.has_class("-single")
        await driver.visit("patients")
        await driver.press("f")
        timeline = driver.front.query_one(Timeline)
        await driver.until(lambda: "esc the list" in str(timeline.headings), "the way back is told")
        await driver.press("escape")
        assert driver.front.query_one(Listing).has_focus
        assert driver.app.current_mode == "patients"


async def test_a_study_without_arms_lists_no_arm() -> None:
    async with driven("stroke-thrombectomy") as driver:
        await driver.go(30.0)
        await driver.visit("patients")
        await driver.until(lambda: driver.front.query_one(Listing).lines, "patients are listed")
        assert " arm " not in headings(driver)
        assert " by " not in headings(driver)


@pytest.mark.parametrize("row", [0, 3, 9])
async def test_a_click_goes_to_the_row_that_is_under_the_mouse(row: int) -> None:
    async with driven(size=(120, 40)) as driver:
        await driver.go(DAY)
        await driver.visit("patients")
        listing = driver.front.query_one(Listing)
        await driver.until(lambda: listing.lines, "patients are listed")
        await driver.press("end", "home")
        shown = lines_of(listing)[1 + row].split()[0]
        await driver.click(listing, 3, 1 + row)
        await driver.until(lambda: listing.cursor == row, "it is marked")
        assert f"{listing.marked:04d}" == shown


async def test_a_click_on_a_heading_sorts_by_its_column() -> None:
    async with driven(size=(120, 40)) as driver:
        await driver.go(DAY)
        await driver.visit("patients")
        listing = driver.front.query_one(Listing)
        await driver.until(lambda: listing.lines, "patients are listed")
        await driver.click(listing, lines_of(listing)[0].index("arm") + 1, 0)
        await driver.until(lambda: listing.sorted_by >= 0, "it is sorted")
        assert listing.columns[listing.sorted_by].heading == "arm"
