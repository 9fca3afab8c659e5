"""What the user does can be undone, step by step, and done again; that the trial runs is no step."""

from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.player.controller import Controller
from pathsim.player.history import MOST_ACTIONS, Setup, StateFigures, UndoHistory, UserAction
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Opened, Parameter, Snapshot

if TYPE_CHECKING:
    from pathsim.player.note import Note
    from pathsim.player.process import WorkerProcess

LAST_DAY = 1000.0


class Deaf:
    """A worker that answers nothing."""

    def send(self, request: object) -> None:
        pass


def controller() -> Controller:
    told: list[Note] = []
    session = UserSession("any", 1, last_day=LAST_DAY, is_playing=False)
    made = Controller(cast("WorkerProcess", Deaf()), session, told.append, lambda: None)
    made.told = told  # type: ignore[attr-defined]
    made.card = cast("Opened", SimpleNamespace(generation=0, main_endpoint="os", committee=None))
    return made


def parameter(path: str) -> Parameter:
    return Parameter(path, "group", path, 1.0, 0.0, 2.0, 0.1, False, False, "assumed", "", False, path)  # noqa: FBT003


def state(of: Controller) -> tuple[Setup, float]:
    return of.session.setup, of.session.day


ACTIONS: dict[str, Any] = {
    "a": lambda c, x: c.turn(parameter("a"), x),
    "b": lambda c, x: c.turn(parameter("b"), x),
    "a as it was": lambda c, _: c.turn(parameter("a"), None),
    "seed": lambda c, _: c.other_seed(),
    "keep": lambda c, _: c.keep(),
    "reset": lambda c, _: c.reset(),
    "drag": lambda c, x: c.go(x * 100, "calendar"),
    "go": lambda c, x: c.go(x * 100),
    "restart": lambda c, _: c.restart(),
}
THREADS = {"a": "a", "a as it was": "a", "b": "b", "drag": "drag"}
JUMPS = ("drag", "go", "restart")
ACTS = st.tuples(st.sampled_from([*ACTIONS, "time passes"]), st.sampled_from([0.0, 0.5, 1.5, 2.0, 7.0]))


@given(st.lists(ACTS, max_size=200))
def test_undo_brings_back_every_state_of_a_session_and_redo_leads_forward_again(acts: list[tuple[str, float]]) -> None:
    at_hand = controller()
    steps: list[tuple[str, tuple[Setup, float], tuple[Setup, float]]] = []
    for name, number in acts:
        before = state(at_hand)
        if name == "time passes":
            at_hand.session.day = min(at_hand.session.day + 10, LAST_DAY)
            continue
        ACTIONS[name](at_hand, number)
        after = state(at_hand)
        if after == before:
            continue
        thread = THREADS.get(name)
        follows = thread and steps and THREADS.get(steps[-1][0]) == thread and steps[-1][2][0] == before[0]
        if follows and steps[-1][2][1] == before[1]:
            before = steps.pop()[1]
        is_other = before[0] != after[0] or (name in JUMPS and before[1] != after[1])
        if is_other:
            steps.append((name, before, after))
    seen_last = at_hand.session.setup
    for name, before, _ in reversed(steps):
        assert at_hand.history.can_undo
        at_hand.undo()
        assert at_hand.session.setup == before[0]
        if name in JUMPS:
            assert at_hand.session.day == before[1]
    assert not at_hand.history.can_undo
    for name, _, after in steps:
        at_hand.redo()
        assert at_hand.session.setup == after[0]
        if name in JUMPS:
            assert at_hand.session.day == after[1]
    assert not at_hand.history.can_redo
    assert at_hand.session.setup == seen_last


@given(
    st.lists(ACTS, min_size=1, max_size=60),
    st.lists(st.integers(0, 60), min_size=1, max_size=20),
)
def test_one_can_walk_to_any_state_of_a_session(acts: list[tuple[str, float]], places: list[int]) -> None:
    at_hand = controller()
    for name, number in acts:
        if name in ACTIONS:
            ACTIONS[name](at_hand, number)
    actions = at_hand.history.actions
    setups = [*(action.before for action in actions[:1]), *(action.after for action in actions)]
    for place in places:
        wanted = min(place, len(actions))
        at_hand.walk(wanted)
        assert at_hand.history.place == wanted
        assert at_hand.history.actions == actions
        if setups:
            assert at_hand.session.setup == setups[wanted]


def test_one_change_can_be_taken_out_and_what_was_done_since_stays() -> None:
    at_hand = controller()
    at_hand.turn(parameter("a"), 0.9)
    at_hand.turn(parameter("b"), 0.5)
    first = at_hand.history.actions[0]
    assert first.turned == {"a": (None, "0.9")}
    at_hand.take_out(first)
    assert at_hand.session.settings == {"b": "0.5"}
    at_hand.undo()
    assert at_hand.session.settings == {"a": "0.9", "b": "0.5"}


def test_a_change_of_a_change_is_taken_back_to_what_was_before_it() -> None:
    at_hand = controller()
    at_hand.turn(parameter("a"), 0.9)
    at_hand.turn(parameter("b"), 0.5)
    at_hand.turn(parameter("a"), 0.1)
    at_hand.take_out(at_hand.history.actions[2])
    assert at_hand.session.settings == {"a": "0.9", "b": "0.5"}


def test_an_earlier_change_is_taken_out_of_the_last_state_with_all_that_came_after_it() -> None:
    at_hand = controller()
    at_hand.turn(parameter("a"), 0.9)
    at_hand.turn(parameter("b"), 0.5)
    at_hand.other_seed()
    at_hand.walk(1)
    assert at_hand.session.settings == {"a": "0.9"}
    at_hand.take_out(at_hand.history.actions[0])
    assert at_hand.session.settings == {"b": "0.5"}
    assert at_hand.session.seed == 2


def test_a_number_that_was_changed_again_since_stays_as_it_is() -> None:
    at_hand = controller()
    at_hand.turn(parameter("a"), 0.9)
    at_hand.turn(parameter("b"), 0.5)
    at_hand.turn(parameter("a"), 0.1)
    at_hand.take_out(at_hand.history.actions[0])
    assert at_hand.session.settings == {"a": "0.1", "b": "0.5"}


def test_of_the_same_change_made_twice_the_last_one_is_taken_out() -> None:
    at_hand = controller()
    for value in (0.9, None, 0.9):
        at_hand.turn(parameter("b"), 0.5)
        at_hand.turn(parameter("b"), None)
        at_hand.turn(parameter("a"), value)
    at_hand.take_out(at_hand.history.actions[-1])
    assert not at_hand.session.settings


def test_each_state_keeps_what_it_showed_last() -> None:
    history, setups = UndoHistory(), [Setup("any", seed, True, (), ()) for seed in range(MOST_ACTIONS + 5)]  # noqa: FBT003
    for number, setup in enumerate(setups):
        history.note(setup, StateFigures(float(number), number, 0.5))
    history.note(setups[-1], StateFigures(7.0, None, None))
    assert history.figures(setups[-1]) == (7.0, None, None)
    assert history.figures(setups[-2]) == (MOST_ACTIONS + 3, MOST_ACTIONS + 3, 0.5)
    assert history.figures(setups[0]) is None


def test_a_number_that_is_turned_on_is_one_step() -> None:
    at_hand = controller()
    for value in (0.9, 0.8, 0.7):
        at_hand.turn(parameter("a"), value)
    at_hand.turn(parameter("b"), 2.0)
    at_hand.undo()
    assert dict(at_hand.session.settings) == {"a": "0.7"}
    at_hand.undo()
    assert not at_hand.session.settings
    assert not at_hand.history.can_undo


def test_a_number_that_is_turned_again_later_or_after_an_undo_is_another_action() -> None:
    at_hand = controller()
    at_hand.turn(parameter("a"), 0.9)
    at_hand.session.day = 300.0
    at_hand.turn(parameter("a"), 0.8)
    at_hand.turn(parameter("b"), 0.5)
    at_hand.undo()
    at_hand.turn(parameter("a"), 0.7)
    seen = []
    while at_hand.history.can_undo:
        at_hand.undo()
        seen.append(dict(at_hand.session.settings))
    assert seen == [{"a": "0.8"}, {"a": "0.9"}, {}]


def sought(day: float) -> Snapshot:
    return cast("Snapshot", _Sought(day))


class _Sought(Snapshot):
    """The picture of a day that was sought."""

    def __init__(self, day: float) -> None:
        for name, value in (("generation", 0), ("day", day), ("is_sought", True), ("counts", None), ("endpoints", ())):
            object.__setattr__(self, name, value)


def test_what_was_sought_can_be_undone_one_by_one() -> None:
    at_hand = controller()
    at_hand.seek("event", 1)
    at_hand.seek("event", 1)
    at_hand.take(sought(120.0))
    at_hand.take(sought(140.0))
    assert at_hand.session.day == 140.0
    at_hand.undo()
    assert at_hand.session.day == 120.0
    at_hand.undo()
    assert at_hand.session.day == 0.0


def test_what_was_sought_and_comes_after_something_else_was_done_leads_nowhere() -> None:
    at_hand = controller()
    at_hand.go(500.0)
    at_hand.undo()
    at_hand.seek("event", 1)
    at_hand.redo()
    at_hand.take(sought(3.0))
    assert at_hand.session.day == 500.0
    assert at_hand.snapshot is None
    assert at_hand.history.can_undo


def test_a_day_that_is_no_more_is_not_gone_to() -> None:
    at_hand = controller()
    at_hand.go(900.0)
    at_hand.undo()
    at_hand.session.last_day = 600.0
    at_hand.redo()
    assert at_hand.session.day == 600.0


def test_no_other_seed_is_taken_before_the_first_trial_has_come() -> None:
    """It would be the next one of a seed that was drawn, and not of the scenario's own."""
    at_hand = controller()
    at_hand.card = None
    at_hand.other_seed()
    assert at_hand.session.seed == 1


def test_a_number_that_is_undone_leaves_the_trial_on_its_day_and_running() -> None:
    at_hand = controller()
    at_hand.turn(parameter("a"), 0.5)
    at_hand.resume()
    at_hand.session.day = 700.0
    at_hand.undo()
    assert (at_hand.session.day, at_hand.session.is_playing) == (700.0, True)


def test_a_jump_that_is_undone_stands_still_where_it_began() -> None:
    at_hand = controller()
    at_hand.session.day = 300.0
    at_hand.go(900.0)
    at_hand.resume()
    at_hand.undo()
    assert (at_hand.session.day, at_hand.session.is_playing) == (300.0, False)


def test_a_calendar_that_is_dragged_is_one_action_and_two_if_the_trial_ran_in_between() -> None:
    at_hand = controller()
    for day in (100.0, 150.0, 200.0):
        at_hand.go(day, "calendar")
    at_hand.session.day = 260.0
    at_hand.go(500.0, "calendar")
    at_hand.go(600.0, "calendar")
    days = []
    while at_hand.history.can_undo:
        at_hand.undo()
        days.append(at_hand.session.day)
    assert days == [260.0, 0.0]


def test_whoever_does_something_else_cannot_go_forward_any_more() -> None:
    at_hand = controller()
    at_hand.other_seed()
    at_hand.undo()
    assert at_hand.history.can_redo
    at_hand.turn(parameter("a"), 0.5)
    assert not at_hand.history.can_redo


def test_what_is_undone_is_said() -> None:
    at_hand = controller()
    at_hand.turn(parameter("relapse"), 0.5)
    at_hand.undo()
    at_hand.redo()
    at_hand.redo()
    assert [note.text for note in at_hand.told] == ["Undone: relapse", "Done again: relapse"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [MOST_ACTIONS, MOST_ACTIONS + 5])
def test_only_so_many_steps_are_kept(count: int) -> None:
    history, setups = UndoHistory(), [Setup("any", number, True, (), ()) for number in range(count + 1)]  # noqa: FBT003
    for before, after in pairwise(setups):
        history.add(UserAction("a seed", before, after))
    undone = 0
    while history.undo() is not None:
        undone += 1
    assert undone == MOST_ACTIONS


def test_a_command_waits_for_all_that_is_sought_and_no_longer() -> None:
    at_hand = controller()
    assert not at_hand.is_waiting
    at_hand.seek("event", 1)
    at_hand.seek("event", 1)
    assert at_hand.is_waiting
    at_hand.take(sought(10.0))
    assert at_hand.is_waiting, "one answer is still to come"
    at_hand.take(sought(20.0))
    assert not at_hand.is_waiting
    at_hand.seek("event", 1)
    at_hand.session.day = 500.0
    assert not at_hand.is_waiting, "something else was done since"
