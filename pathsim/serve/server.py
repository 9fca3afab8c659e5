"""The server: lets visitors in, and passes what they type to their interfaces, and what these draw to them."""

import asyncio
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import quantiles
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from pathsim.serve.interface import FirstView
from pathsim.serve.interfaces import Interface, Interfaces
from pathsim.serve.packets import DRAWN, PacketError, PacketReader, drawn, said
from pathsim.serve.register import ClassRegister
from pathsim.serve.token import drawn_visitor
from pathsim.serve.web import VISITOR_COOKIE, Doorkeeper, Pages, with_headers

MOST_VISITORS = 40
MOST_MESSAGE_BYTES = 2**16
COLUMNS, ROWS = (20, 300), (6, 100)
"""Within what a terminal can be."""
FRAMES, LEAST_FRAMES, MOST_FRAMES = 60.0, 0.5, 20.0
"""Frames in a second that are drawn at most for all who play together; for each of them at least, and at most."""
FIRST_FRAMES = 6.0
"""With so many for each core it begins."""
LATE_SECONDS, LESS, MORE = 0.02, 0.8, 0.5
"""Interfaces that are so late show that the machine is busy: then fewer frames are drawn, and slowly more again."""
IDLE_SECONDS, LOOK_SECONDS = 300.0, 1.0
"""After so long without a key nobody is taken to look on."""
HEARTBEAT_SECONDS = 15.0
PIECE_BYTES = 2**16
LAST_WORDS_SECONDS = 1.0
FULL, ELSEWHERE, BROKEN = 4001, 4002, 4003
"""Codes with which a connection is closed: no place is left, it goes on in another window, the interface has ended."""


@dataclass
class Visitor:
    """A browser that is connected."""

    socket: web.WebSocketResponse
    interface: Interface
    student: int | None
    is_playing: bool = False
    is_visible: bool = True
    is_seen: bool = True
    active_at: float = 0.0

    def tell(self, **message: Any) -> None:
        """Say something to the interface."""
        self.send(said(message))

    def send(self, packet: bytes) -> None:
        """Send to the interface; one that has ended is seen by the end of what it draws."""
        with suppress(ConnectionError, RuntimeError):
            self.interface.writer.write(packet)


class VisitorServer:
    """Everything that visitors share."""

    def __init__(
        self,
        interfaces: Interfaces,
        first_view: Callable[[int | None], FirstView],
        register: ClassRegister | None,
        *,
        most: int = MOST_VISITORS,
        on_change: Callable[[], object] = lambda: None,
    ) -> None:
        """``first_view`` says what a student sees first, or anybody where there is no class."""
        self._interfaces, self._first_view, self.register, self._most = interfaces, first_view, register, most
        self._changed = on_change
        self.port = 0
        """On which port it is, once it is."""
        self.visitors: list[Visitor] = []
        self._arriving = 0
        self._told_frames = 0.0
        self._most_frames = FIRST_FRAMES * (os.cpu_count() or 1)
        self._lateness: list[float] = []

    @property
    def present(self) -> frozenset[int]:
        """The students who are connected."""
        return frozenset(one.student for one in self.visitors if one.student is not None)

    def application(self, doorkeeper: Doorkeeper) -> web.Application:
        """The pages, and the connections behind them."""

        async def connected(request: web.Request) -> web.StreamResponse:
            if not doorkeeper.is_ours(request) or "Origin" not in request.headers:
                raise web.HTTPForbidden(text="Open the address exactly as it was given to you.")
            if not await doorkeeper.knows_token(request.match_info["token"]):
                raise web.HTTPNotFound(text="This code is not known here.")
            return await self._connect(request)

        made = web.Application(middlewares=[with_headers], client_max_size=MOST_MESSAGE_BYTES)
        made.add_routes([*Pages(doorkeeper).routes(), web.get("/join/{token}/ws", connected)])
        made.on_shutdown.append(self._close_all)
        return made

    # ---- a visitor

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        connection = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, compress=True, max_msg_size=MOST_MESSAGE_BYTES, timeout=LAST_WORDS_SECONDS
        )
        await connection.prepare(request)
        if len(self.visitors) + self._arriving >= self._most:
            await connection.close(code=FULL)
            return connection
        self._arriving += 1
        try:
            visitor = await self._arrive(request, connection)
        except OSError:
            await connection.close(code=BROKEN)
            return connection
        finally:
            self._arriving -= 1
        drawing = asyncio.create_task(self._pass_on_drawing(visitor))
        try:
            async for message in connection:
                if not self._hear(visitor, message):
                    break
        finally:
            await self._leave(visitor, drawing)
        return connection

    async def _arrive(self, request: web.Request, connection: web.WebSocketResponse) -> Visitor:
        student = None
        if self.register is not None:
            student = self.register.student(request.cookies.get(VISITOR_COOKIE) or drawn_visitor())
            for other in [one for one in self.visitors if one.student == student]:
                await other.socket.close(code=ELSEWHERE)
        columns, rows = (
            _within(request.query.get(name, ""), usual, bounds)
            for name, usual, bounds in (("width", 80, COLUMNS), ("height", 24, ROWS))
        )
        interface = await self._interfaces.start(replace(self._first_view(student), columns=columns, rows=rows))
        visitor = Visitor(connection, interface, student, active_at=_now())
        self.visitors.append(visitor)
        visitor.tell(type="pace", frames=self._frames)
        if self.register is not None:
            visitor.tell(type="open", pages=sorted(self.register.opened))
        self._changed()
        return visitor

    async def _leave(self, visitor: Visitor, drawing: "asyncio.Task[None]") -> None:
        if visitor in self.visitors:
            self.visitors.remove(visitor)
        self._keep_pace()
        self._changed()
        drawing.cancel()
        with suppress(asyncio.CancelledError):
            await drawing
        await visitor.interface.end()

    # ---- what a browser says

    def _hear(self, visitor: Visitor, message: WSMessage) -> bool:
        """Take what a browser says; whether it makes sense."""
        try:
            said_of, *more = json.loads(message.data) if message.type == WSMsgType.TEXT else ("",)
        except (ValueError, TypeError):
            return False
        match said_of, *more:
            case "stdin", str(typed):
                self._is_there(visitor)
                visitor.send(drawn(typed.encode("utf-8", "replace")))
            case "resize", {"width": int(width), "height": int(height)}:
                visitor.tell(type="resize", width=_clamped(width, COLUMNS), height=_clamped(height, ROWS))
            case ("focus" | "blur" as change,):
                visitor.tell(type=change)
            case "seen", bool(is_visible):
                visitor.is_visible = is_visible
                self._is_there(visitor)
            case "ping", str():
                pass
            case _:
                return False
        return True

    def _is_there(self, visitor: Visitor) -> None:
        visitor.active_at = _now()
        self._see(visitor, is_seen=visitor.is_visible)

    def _see(self, visitor: Visitor, *, is_seen: bool) -> None:
        if visitor.is_seen != is_seen:
            visitor.is_seen = is_seen
            visitor.tell(type="seen", **{"is": is_seen})

    async def watch(self) -> None:
        """Let the trials of those stand still who have left their keys alone; write what waits to be written."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._adapt()
            for visitor in self.visitors:
                if _now() - visitor.active_at > IDLE_SECONDS:
                    self._see(visitor, is_seen=False)
            if self.register is not None and self.register.trouble:
                self.register.write()
                self._changed()

    # ---- what an interface says

    async def _pass_on_drawing(self, visitor: Visitor) -> None:
        """Send what an interface draws, until it ends."""
        packets, code = PacketReader(), BROKEN
        with suppress(ConnectionError, PacketError):
            while data := await visitor.interface.reader.read(PIECE_BYTES):
                for packet in packets.feed(data):
                    if packet.kind == DRAWN:
                        await visitor.socket.send_bytes(packet.content)
                    elif packet.message.get("type") == "end":
                        code = WSCloseCode.OK
                    else:
                        await self._heed(visitor, packet.message)
        await visitor.socket.close(code=code)

    async def _heed(self, visitor: Visitor, message: dict[str, Any]) -> None:
        match message:
            case {"type": "playing", "is": bool(is_playing)}:
                visitor.is_playing = is_playing
                self._keep_pace()
            case {"type": "late", "seconds": float() | int() as seconds}:
                self._lateness.append(float(seconds))
            case {"type": "file", "name": str(name), "content": str(content)}:
                await visitor.socket.send_json(["file", {"name": name, "content": content}])
            case {"type": "lesson", "page": int(page), "answers": dict(answers)}:
                self._answered(visitor, page, answers)
            case _:
                pass

    def _answered(self, visitor: Visitor, page: int, answers: dict[str, str]) -> None:
        if self.register is None or visitor.student is None:
            return
        self.register.place(visitor.student, page)
        for where, text in answers.items():
            self.register.answer(visitor.student, int(where), text)
        self._changed()

    # ---- all

    @property
    def _frames(self) -> float:
        """How many frames in a second each may have: fewer, the more play."""
        playing = sum(visitor.is_playing for visitor in self.visitors)
        return min(max(self._most_frames / max(playing, 1), LEAST_FRAMES), MOST_FRAMES)

    def _adapt(self) -> None:
        """Draw fewer frames if one in ten interfaces comes late, and more if none does."""
        if len(self._lateness) > 1:
            late = quantiles(self._lateness, n=10)[-1] > LATE_SECONDS
            changed = self._most_frames * LESS if late else self._most_frames + MORE
            self._most_frames = min(max(changed, LEAST_FRAMES), FRAMES)
            self._lateness.clear()
            self._keep_pace()

    def _keep_pace(self) -> None:
        if (frames := self._frames) != self._told_frames:
            self._told_frames = frames
            for visitor in self.visitors:
                visitor.tell(type="pace", frames=frames)

    def open(self, pages: Iterable[int]) -> None:
        """Show what follows the questions of these pages to all of the class."""
        if self.register is not None:
            self.register.open(pages)
            for visitor in self.visitors:
                visitor.tell(type="open", pages=sorted(self.register.opened))
            self._changed()

    async def _close_all(self, _: web.Application) -> None:
        for visitor in list(self.visitors):
            await visitor.socket.close(code=WSCloseCode.GOING_AWAY)


def _within(text: str, usual: int, bounds: tuple[int, int]) -> int:
    """A whole number within bounds; the usual one for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return _clamped(int(text), bounds) if is_number else usual


def _clamped(number: int, bounds: tuple[int, int]) -> int:
    return min(max(number, bounds[0]), bounds[1])


def _now() -> float:
    return asyncio.get_running_loop().time()
