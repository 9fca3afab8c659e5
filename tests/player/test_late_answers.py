"""Whatever is asked for before earlier answers have come: in the end what was asked for last is on screen."""

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from pathsim.player.controller import Controller
from pathsim.player.user_session import UserSession
from pathsim.player.worker import Worker, newest
from pathsim.state import AppState, Date

if TYPE_CHECKING:
    from pathsim.player import requests as ask
    from pathsim.player.process import WorkerProcess
    from pathsim.player.replies import Reply

SHORT = (("trial.cutoffs.final.day", "400"), ("trial.patients", "40"))
LONG = (("trial.patients", "40"),)
WRONG = (("trial.patients", "-1"),)
EARLY, LATE = date(2020, 6, 1), date(2022, 3, 1)
DATES: list[Date] = [None, "last", EARLY, LATE]
STATES = st.builds(
    lambda settings, day: AppState("two-arm-exponential", 3, settings=settings, day=day, is_playing=False),
    st.sampled_from([SHORT, LONG, WRONG]),
    st.sampled_from(DATES),
)


class SlowPost:
    """An app and a worker, between which requests and replies lie until they are carried."""

    def __init__(self) -> None:
        self._requests: list[ask.Request] = []
        self._replies: list[Reply] = []
        self._worker = Worker(self._replies.append)
        session = UserSession("two-arm-exponential", 3, dict(LONG), is_playing=False)
        posted = cast("WorkerProcess", SimpleNamespace(send=self._requests.append))
        self.app = Controller(posted, session, [].append, lambda: None)
        self.app.begin()

    def reach_the_worker(self) -> None:
        waiting, self._requests[:] = newest(self._requests), []
        for request in waiting:
            self._worker.answer(request)

    def reach_the_app(self, most: int) -> None:
        for _ in range(min(most, len(self._replies))):
            reply = self._replies.pop(0)
            if not self.app.is_outdated(reply):
                self.app.take(reply)

    def come_to_rest(self) -> None:
        while self._requests or self._replies:
            self.reach_the_worker()
            self.reach_the_app(1)


DAYS = st.integers(0, 400).map(float)
STEPS = st.one_of(STATES, st.sampled_from(["the worker is reached", "paused"]), st.sampled_from([1, 2]), DAYS)


@examples(60)
@given(st.lists(STEPS, max_size=12))
def test_what_was_asked_for_last_is_shown_in_the_end(steps: list[AppState | str | int | float]) -> None:
    post = SlowPost()
    asked = AppState("two-arm-exponential", 3, settings=LONG, is_playing=False)
    day: Date | float = None
    for step in steps:
        match step:
            case AppState():
                post.app.restore(step)
                asked, day = step, step.day
            case "paused" if not post.app.session.is_over:  # else it would begin again
                post.app.resume()
                post.app.pause()
            case "the worker is reached":
                post.reach_the_worker()
            case int():
                post.reach_the_app(step)
            case float() if post.app.card is not None and not post.app.is_waiting:
                post.app.go(step)
                day = step
    post.come_to_rest()
    session, snapshot = post.app.session, post.app.snapshot
    assert not post.app.is_waiting
    if snapshot is None:
        assert post.app.problems
        return
    assert (snapshot.generation, snapshot.day) == (session.generation, session.day)
    if asked.settings == WRONG or (asked.settings == SHORT and asked.day == LATE):
        return  # it is refused, and what was there stays
    last_day = 400.0 if asked.settings == SHORT else 1461.0
    expected = {None: 0.0, "last": last_day, EARLY: 153.0, LATE: 791.0}
    assert (session.last_day, session.day) == (last_day, day if isinstance(day, float) else expected[day])
