"""How the server and an interface talk: what a terminal is sent, and what they say of it, in packets on a socket.

A packet is a letter, its length in four bytes, and its content: what is typed or drawn (D), or a message in JSON (M).
"""

import json
from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Any, NamedTuple

DRAWN, SAID = b"D", b"M"
MOST_BYTES = 2**24
"""No packet is longer."""
_HEAD = Struct(">cI")


class PacketError(ValueError):
    """What is no packet: the other side is not ours, or broken."""


class Packet(NamedTuple):
    """A packet as it arrived."""

    kind: bytes
    content: bytes

    @property
    def message(self) -> dict[str, Any]:
        """What is said in it. Raises PacketError if it is no message."""
        try:
            found = json.loads(self.content)
        except ValueError:
            raise PacketError("a message is JSON") from None
        if self.kind != SAID or not isinstance(found, dict):
            raise PacketError("a message is a table")
        return found


def drawn(content: bytes) -> bytes:
    """A packet of what is typed or drawn."""
    return _HEAD.pack(DRAWN, len(content)) + content


def said(message: Mapping[str, Any]) -> bytes:
    """A packet with a message."""
    content = json.dumps(message).encode()
    return _HEAD.pack(SAID, len(content)) + content


class PacketReader:
    """Makes packets of a stream of bytes that come in pieces of any length."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are complete now. Raises PacketError."""
        self._waiting += data
        while len(self._waiting) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._waiting)
            if kind not in {DRAWN, SAID} or length > MOST_BYTES:
                raise PacketError("the stream is none of packets")
            end = _HEAD.size + length
            if len(self._waiting) < end:
                return
            content = bytes(self._waiting[_HEAD.size : end])
            del self._waiting[:end]
            yield Packet(kind, content)
