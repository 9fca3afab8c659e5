"""A class in browsers: numbers, votes that come in, and what follows a question when the teacher shows it."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from visitors import PATIENCE_SECONDS, all_gone, visiting

from pathsim.classroom.classroom import Classroom
from pathsim.classroom.material import named
from pathsim.lessons.figures import computed
from pathsim.player.class_session import ClassNews
from pathsim.serve.addresses import place
from pathsim.serve.class_process import ClassProcess
from pathsim.serve.class_server import ClassPlan, Ready
from pathsim.serve.run import ServeError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")
CLASSROOM = Classroom.of(named(lesson=SMALL), 7)
NEXT, BACK, ENTER = "\x1b[C", "\x1b[D", "\r"


class Class:
    """A class with its teacher."""

    def __init__(self, register: Path, *, port: int = 0, is_led: bool = True, forks: bool = True) -> None:
        plan = ClassPlan(str(CLASSROOM.code), SMALL, place(port, is_lan=False), 5, "dark", register, is_led, forks)
        self.server = ClassProcess(plan)
        self.server.tell_values(computed(CLASSROOM.lesson().figures))
        try:
            self.ready: Ready = self.server.ready()
        except BaseException:
            self.server.close()
            raise
        self.link = f"http://127.0.0.1:{self.ready.port}/join/{self.ready.token}"
        self.news = ClassNews()
        self.is_lost = False
        self.server.listen(self._take)

    def _take(self, news: ClassNews | None) -> None:
        if news is None:
            self.is_lost = True
        else:
            self.news = news

    async def until(self, condition: Callable[[ClassNews], object], what: str) -> None:
        """Until the teacher knows something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition(self.news):
            assert time.monotonic() < deadline, f"{what} never came: {self.news}"
            await asyncio.sleep(0.02)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "class.sqlite"


@pytest.fixture
def room(register: Path) -> Iterator[Class]:
    made = Class(register)
    yield made
    made.server.close()


async def test_three_students_vote_and_see_what_follows_together(room: Class) -> None:
    async with AsyncExitStack() as here:
        students = []
        for number in (1, 2, 3):
            one = await here.enter_async_context(visiting(room.link, known_as=f"student-{number}"))
            await one.until(f"your own trial, number {number}")
            await one.until(f"trial {number}")
            students.append(one)
        for one, choice in zip(students, "221", strict=True):
            await one.press(NEXT)
            await one.until("deaths. What follows?")
            await one.press(choice, ENTER)
            await one.until(f"Your answer is in: {choice}")
        await room.until(lambda news: news.answers.get(1) == {1: "2", 2: "2", 3: "1"}, "all votes")
        assert room.news.present == {1, 2, 3}
        assert room.news.places == {1: 1, 2: 1, 3: 1}
        # Nobody goes on before the others.
        await students[0].press(NEXT, NEXT)
        assert "The hazard ratio is" not in students[0].text
        # One thinks better of it, until all are shown what follows.
        await students[2].press("3", ENTER)
        await room.until(lambda news: news.answers[1][3] == "3", "another answer")
        room.server.open(1)
        for one in students:
            await one.until("✓")
        # What is marked now is no answer any more.
        await students[2].press("2", ENTER)
        await students[2].press(NEXT)
        await room.until(lambda news: news.places[3] == 2, "the next page")
        assert room.news.answers[1] == {1: "2", 2: "2", 3: "3"}
        assert room.news.opened == {1}


async def test_who_comes_back_has_the_same_number_and_their_answers(room: Class) -> None:
    async with visiting(room.link, known_as="first") as first:
        await first.until("student 1 ")
    async with visiting(room.link, known_as="second") as second:
        await second.until("student 2 ")
        await second.press(NEXT, "2", ENTER)
        await second.until("Your answer is in: 2")
        await room.until(lambda news: news.answers.get(1) == {2: "2"}, "the vote")
    async with visiting(room.link, known_as="second") as second:
        await second.until("Your answer is in: 2")
        # In another window it goes on, and the first one says so.
        async with visiting(room.link, known_as="second") as again:
            await again.until("Your answer is in: 2")
            assert await second.gone() == 4002
    await room.until(lambda news: news.present == frozenset(), "that all have left")
    assert room.news.joined == 2


async def test_a_server_that_was_killed_goes_on_where_it_was(register: Path) -> None:
    before = Class(register)
    async with visiting(before.link, known_as="one") as student:
        await student.until("student 1 ")
        await student.press(NEXT, "1", ENTER)
        await before.until(lambda news: news.answers.get(1) == {1: "1"}, "the vote")
        before.server.open(1)
        await student.until("✓")
    before.server.kill()
    after = Class(register, port=before.ready.port)
    try:
        assert after.link == before.link
        await after.until(lambda news: news.answers.get(1) == {1: "1"}, "what was answered")
        async with visiting(after.link, known_as="one") as student:
            await student.until("✓")
            await after.until(lambda news: news.present == {1}, "the same number")
    finally:
        after.server.close()


@pytest.mark.parametrize("forks", [True, False], ids=["forked", "in fresh interpreters"])
async def test_at_their_own_pace_nobody_waits(register: Path, *, forks: bool) -> None:
    room = Class(register, is_led=False, forks=forks)
    try:
        async with visiting(room.link) as student:
            await student.until("student 1 ")
            await student.press(NEXT, "2", ENTER)
            await student.until("✓")
            await room.until(lambda news: news.answers.get(1) == {1: "2"}, "the vote")
    finally:
        room.server.close()


async def test_it_ends_with_its_teacher(register: Path) -> None:
    room = Class(register)
    async with visiting(room.link) as student:
        await student.until("student 1 ")
        room.server.close()
        assert await student.gone() is not None
    await all_gone({room.server.pid})
    assert room.is_lost


def test_a_port_that_is_taken_is_told(room: Class, tmp_path: Path) -> None:
    with pytest.raises(ServeError, match=f"port {room.ready.port} cannot be used: .*; choose another one with --port"):
        Class(tmp_path / "other.sqlite", port=room.ready.port)
