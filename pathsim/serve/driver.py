"""What drives an interface: a socket instead of a terminal, at whose other end the server passes all to a browser."""

import select
from threading import Thread
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from pathsim.app.textual_private import KeyParser
from pathsim.serve.packets import DRAWN, PacketError, PacketReader, drawn, said

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

PIECE_BYTES = 2**16
USUAL_SIZE = 80, 24
ESCAPE_SECONDS = 0.15
"""So long after an escape it is the key, and not the beginning of another one."""
TAKE = "\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?25l\x1b[?2004h\x1b[?2026$p"
"""The other screen, the mouse, no cursor, pasting in brackets; and whether it draws frames at once."""
STUMBLES = (ArithmeticError, LookupError, ValueError)
"""What the parser of keys raises for sequences that are none."""


class ServerSaid(Message):
    """The server says something."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said
        super().__init__()


class SocketDriver(Driver):
    """Draws on a socket, and takes from it what is typed.

    The app that it drives has ``stream``, the socket, and ``abandon``, which is called once nobody is at its other end.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._stream: socket.socket = app.stream  # type: ignore[attr-defined]
        self._abandon: Callable[[], object] = app.abandon  # type: ignore[attr-defined]

    @property
    def is_web(self) -> bool:
        """It is."""
        return True

    def write(self, data: str) -> None:
        """Draw."""
        self._send(drawn(data.encode("utf-8", "replace")))

    def say(self, **message: Any) -> None:
        """Say something to the server."""
        self._send(said(message))

    def _send(self, packet: bytes) -> None:
        try:
            self._stream.sendall(packet)
        except OSError:
            self._abandon()

    def start_application_mode(self) -> None:
        """Take the terminal, and read what is typed from now on."""
        self.write(TAKE)
        self._resize(*(self._size or USUAL_SIZE))
        Thread(target=self._read, name="keys", daemon=True).start()

    def disable_input(self) -> None:
        """Nothing: what is typed while the app ends is left unread."""

    def stop_application_mode(self) -> None:
        """Say that this is the end."""
        self.say(type="end")

    def _read(self) -> None:
        """Read what is typed and said. What is typed that is no key is left out, and the next key counts again."""
        packets, keys, is_waiting = PacketReader(), KeyParser(), False
        while True:
            if is_waiting and not select.select([self._stream], [], [], ESCAPE_SECONDS)[0]:
                is_waiting = False
                keys = self._typed(keys, None)
                continue
            try:
                data = self._stream.recv(PIECE_BYTES)
                found = list(packets.feed(data))
            except (OSError, PacketError):
                data = b""
            if not data:
                self._abandon()
                return
            for packet in found:
                if packet.kind == DRAWN and packet.content:
                    is_waiting = True
                    keys = self._typed(keys, packet.content)
                elif packet.kind != DRAWN:
                    self._heard(packet.message)

    def _typed(self, keys: KeyParser, content: bytes | None) -> KeyParser:
        """Pass on the keys in what is typed, or that of an escape after which nothing came."""
        try:
            for event in keys.tick() if content is None else keys.feed(content.decode("utf-8", "replace")):
                self.process_message(event)
        except STUMBLES:
            return KeyParser()
        return keys

    def _resize(self, width: int, height: int) -> None:
        self._size = width, height
        self.send_message(events.Resize(Size(width, height), Size(width, height)))

    def _heard(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "resize", "width": int(width), "height": int(height)}:
                self._resize(width, height)
            case {"type": "focus"}:
                self.send_message(events.AppFocus())
            case {"type": "blur"}:
                self.send_message(events.AppBlur())
            case _:
                self.send_message(ServerSaid(message))
