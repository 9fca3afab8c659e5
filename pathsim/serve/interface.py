"""The interface of a visitor: the app in a process of its own, drawn on a socket instead of a terminal."""

import asyncio
import gc
import os
import signal
import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import on
from textual.driver import Driver

from pathsim.app.app import PathsimApp
from pathsim.app.base import Arrived
from pathsim.app.pictures import picture_content
from pathsim.app.screens.dialogs import question
from pathsim.app.screens.lesson import LessonScreen
from pathsim.player import requests as ask
from pathsim.player.lesson_session import LessonSession
from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Drafted, Refused
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Snapshot
from pathsim.player.worker_session import WorkerSession
from pathsim.serve.driver import ServerSaid, SocketDriver
from pathsim.serve.worker import can_fork, forked_worker
from pathsim.state import AppState
from pathsim.whole_files import UnwritableError

CURTAIN_SECONDS = 3.0
"""After so long what there is is drawn, be it a trial or not."""
LATE_EVERY_SECONDS = 0.5
"""How often an interface looks how late it is."""


@dataclass(frozen=True, slots=True)
class FirstView:
    """What a visitor is shown first, and on how large a terminal."""

    state: AppState
    seed: int
    """For a state, and a scenario, that say none."""
    lesson: LessonSession | None
    theme: str
    turns: Path
    """The file by which the workers of all visitors take turns."""
    columns: int = 120
    rows: int = 40

    @property
    def options(self) -> dict[str, Any]:
        """How the app is made that shows it."""
        return {
            "theme": f"pathsim-{self.theme}",
            "opens_at": self.state,
            "lesson": self.lesson,
            "welcomes": self.lesson is None,
        }


def serve_visitor(stream: socket.socket, view: FirstView, rehearsed: WorkerSession | None) -> None:
    """Be the interface of a visitor until they leave; this is all that the process does.

    What was ``rehearsed`` is not made again.
    """
    _hold_signals()
    worker = forked_worker(view.turns, rehearsed) if can_fork() else WorkerProcess()
    stream.setblocking(True)  # noqa: FBT003
    session = UserSession.of(view.state, view.seed)
    # With somebody who is welcomed first the trial waits for a key.
    session.is_playing = session.is_playing and view.lesson is not None
    worker.send(session.request())
    app = ServedApp(stream, worker, session, view)
    with suppress(Exception):
        # Whatever breaks is told by the end of the stream; there is nobody here to read more.
        app.run(size=(view.columns, view.rows))
    worker.close()
    with suppress(OSError):
        stream.shutdown(socket.SHUT_RDWR)
    os._exit(0)


def _hold_signals() -> None:
    """Ctrl-C is the server's: it ends us by ending the stream."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class ServedApp(PathsimApp):
    """The app for one who sits at a browser: what is saved goes to them, and nothing here is written."""

    def __init__(self, stream: socket.socket, worker: WorkerProcess, session: UserSession, view: FirstView) -> None:
        self.stream = stream
        super().__init__(worker, session, **view.options)
        self._curtain = ExitStack()
        """What keeps from being drawn what has still to become something."""
        self._told_playing: bool | None = None
        self._pace = 0.0
        self._is_seen = True

    def get_driver_class(self) -> type[Driver]:
        """The socket."""
        return SocketDriver

    def abandon(self) -> None:
        """Nobody is at the other end any more: end at once, and the worker with us, which ends with its input."""
        os._exit(0)

    def say(self, **message: Any) -> None:
        """Say something to the server."""
        if isinstance(self._driver, SocketDriver):
            self._driver.say(**message)

    def on_mount(self) -> None:
        """Draw nothing before there is a trial to be seen, and watch how late everything comes."""
        # While many come at once all of their time goes into the first picture.
        self._curtain.callback(gc.enable)
        self._curtain.enter_context(self.batch_update())
        self.set_timer(CURTAIN_SECONDS, self._curtain.close)
        self._look_again()

    @on(Arrived)
    def _raise_curtain(self, event: Arrived) -> None:
        if isinstance(event.reply, (Snapshot, Refused)):
            # After the reply has been taken.
            self.call_later(self._curtain.close)

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + LATE_EVERY_SECONDS
        loop.call_at(due, self._tell_lateness, due)

    def _tell_lateness(self, due: float) -> None:
        if self._told_playing:
            self.say(type="late", seconds=round(asyncio.get_running_loop().time() - due, 3))
        self._look_again()

    # ---- what the server says

    @on(ServerSaid)
    def _heard(self, event: ServerSaid) -> None:
        match event.said:
            case {"type": "pace", "frames": float() | int() as frames}:
                self._pace = float(frames)
                self._keep_pace()
            case {"type": "seen", "is": bool(is_seen)}:
                self._is_seen = is_seen
                self._keep_pace()
                self.refresh_header()
            case {"type": "open", "pages": [*pages]} if self.trial.lesson is not None:
                self._show_answers(self.trial.lesson, pages)
            case _:
                pass

    def _keep_pace(self) -> None:
        self.move_at_most(self._pace if self._is_seen else 0.0)

    def _show_answers(self, lesson: LessonSession, pages: list[int]) -> None:
        """The teacher shows what follows the questions of these pages."""
        before = lesson.beside
        lesson.open(pages)
        if isinstance(front := self.front, LessonScreen) and front.is_made:
            front.show_what_follows(before)

    # ---- what is said to the server

    def refresh_header(self) -> None:
        """Also say whether the trial moves: the more do, the fewer frames each has."""
        super().refresh_header()
        is_playing = self.trial.session.is_playing and self._is_seen
        if is_playing != self._told_playing:
            self._told_playing = is_playing
            self.say(type="playing", **{"is": is_playing})

    @on(LessonScreen.PageTurned)
    def _turned(self, event: LessonScreen.PageTurned) -> None:
        event.stop()
        if (lesson := self.trial.lesson) is not None:
            self.say(type="lesson", page=lesson.page, answers={str(page): text for page, text in lesson.given.items()})

    # ---- what is saved

    def action_save(self) -> None:
        """Give the visitor the trial as a scenario of its own."""
        generation = self.trial.session.generation
        question(
            self,
            "Download the changed scenario as",
            "my-scenario.toml",
            lambda name: self.trial.send(ask.Draft(generation, name)),
        )

    @on(Arrived)
    def _drafted(self, event: Arrived) -> None:
        if isinstance(event.reply, Drafted):
            self._offer(event.reply.name, event.reply.text.encode())
            self.notify(f"Downloaded: {event.reply.name}. {event.reply.note}", timeout=8)

    def _save_picture(self, picture: str, file: str) -> None:
        try:
            name, content = picture_content(picture, file)
        except UnwritableError as wrong:
            self.notify(f"Not written: {wrong}", severity="error", timeout=10)
            return
        self._offer(name, content)
        self.notify(f"Downloaded: {name}", timeout=8)

    def _offer(self, name: str, content: bytes) -> None:
        """Have the browser keep a file."""
        import base64  # noqa: PLC0415 - few save anything

        self.say(type="file", name=name, content=base64.b64encode(content).decode())
