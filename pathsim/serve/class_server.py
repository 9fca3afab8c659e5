"""The server of a class, in a process of its own: what its teacher's app tells it, and what it tells the app.

Plans, requests and news go as pickles through its standard input and output; both ends are ours. It ends with its
input, so it never outlives the app.
"""

import asyncio
import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, NamedTuple

from pathsim.classroom.classroom import Classroom
from pathsim.lessons.lesson import FigureValue, LessonFigure
from pathsim.player.class_session import ClassNews
from pathsim.player.lesson_session import LessonSession
from pathsim.serve.addresses import Place
from pathsim.serve.interface import FirstView
from pathsim.serve.register import ClassRegister, RegisterError
from pathsim.serve.run import ServeError, ServePlan, served
from pathsim.serve.server import VisitorServer
from pathsim.serve.token import drawn_token

TELL_SECONDS = 0.3
"""How often news are told, at most."""


@dataclass(frozen=True)
class ClassPlan:
    """Which class is served, and how."""

    code: str
    file: str | None
    """What it is about, if that did not come with pathsim."""
    place: Place
    most: int
    theme: str
    register: Path
    """The file in which answers are kept."""
    is_led: bool = True
    forks: bool = True


class Ready(NamedTuple):
    """The server is there."""

    port: int
    token: str


class Refusal(NamedTuple):
    """It cannot be, with a sentence for the teacher."""

    sentence: str


@dataclass(frozen=True)
class FirstViews:
    """What each student is shown first."""

    plan: ClassPlan
    classroom: Classroom
    register: ClassRegister
    values: dict[LessonFigure, FigureValue] = field(default_factory=dict)
    """Figures that are the same for all students, so that not each has to compute them."""

    def first_view(self, student: int | None, turns: Path) -> FirstView:
        """The trial of a number; the lesson where they left it."""
        number = student or 1
        opened = self.classroom.student(number)
        if not isinstance(opened, LessonSession):
            return FirstView(opened, 0, None, self.plan.theme, turns)
        opened.values |= self.values
        opened.is_led = self.plan.is_led
        opened.page = min(self.register.places.get(number, 0), opened.pages - 1)
        opened.take_up(self.register.answers_of(number), self.register.opened)
        return FirstView(replace(opened.state, screen="lesson"), 0, opened, self.plan.theme, turns)


def news(server: VisitorServer, register: ClassRegister) -> ClassNews:
    """What is known now."""
    answers = {page: dict(given) for page, given in register.answers.items()}
    return ClassNews(
        register.joined, server.present, answers, dict(register.places), frozenset(register.opened), register.trouble
    )


def main() -> None:
    """Serve the class whose plan comes first."""
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError, EOFError):
        plan: ClassPlan = pickle.load(incoming)  # noqa: S301 - written by our own app
        try:
            asyncio.run(_serve(plan, incoming, outgoing))
        except (ServeError, RegisterError) as wrong:
            _tell(outgoing, Refusal(str(wrong)))


async def _serve(plan: ClassPlan, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    register = ClassRegister(plan.register)
    visits = FirstViews(plan, Classroom.read(plan.code, plan.file), register)
    changed, ended, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    token = register.secret("token", drawn_token())
    what = ServePlan(plan.place, token, visits.first_view, plan.most, plan.forks)
    async with served(what, register, changed.set) as server:
        _tell(outgoing, Ready(server.port, token))

        def hear() -> None:
            with suppress(EOFError, OSError, pickle.UnpicklingError):
                while True:
                    match pickle.load(incoming):  # noqa: S301 - written by our own app
                        case int() as page:
                            loop.call_soon_threadsafe(server.open, [page])
                        case dict() as values:
                            loop.call_soon_threadsafe(visits.values.update, values)
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=hear, daemon=True).start()
        changed.set()
        telling = asyncio.create_task(_keep_telling(server, register, changed, outgoing))
        await ended.wait()
        telling.cancel()


async def _keep_telling(
    server: VisitorServer, register: ClassRegister, changed: asyncio.Event, outgoing: IO[bytes]
) -> None:
    while True:
        await changed.wait()
        changed.clear()
        _tell(outgoing, news(server, register))
        await asyncio.sleep(TELL_SECONDS)


def _tell(outgoing: IO[bytes], what: object) -> None:
    pickle.dump(what, outgoing, protocol=5)
    outgoing.flush()
