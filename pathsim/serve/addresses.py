"""Under which addresses this machine is found, and the link that a visitor opens."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 - only where the teacher has asked for it
ELSEWHERE = ("192.0.2.1", 9)
"""An address that belongs to nobody: who would send something there does so from their own."""


class Place(NamedTuple):
    """Where the server is."""

    bind: str
    port: int
    """0 for one that is free."""
    names: tuple[str, ...]
    """What it is called in addresses; the first is told to visitors."""

    @property
    def is_lan(self) -> bool:
        """Whether others than this machine can reach it."""
        return self.bind == EVERYWHERE

    @property
    def hosts(self) -> frozenset[str]:
        """Its names as a browser says them."""
        return frozenset(f"{name}:{self.port}" for name in self.names) | (
            frozenset(self.names) if self.port == 80 else frozenset()
        )

    @property
    def address(self) -> str:
        """What visitors open before they type the code."""
        return f"http://{self.names[0]}:{self.port}"

    def link(self, token: str) -> str:
        """What visitors open with the code in it."""
        return f"{self.address}/join/{token}"


def place(port: int, *, is_lan: bool, also_called: tuple[str, ...] = ()) -> Place:
    """Where to serve: for this machine alone, or for all who can reach it."""
    if not is_lan:
        return Place(LOOPBACK, port, (*also_called, LOOPBACK, "localhost"))
    return Place(EVERYWHERE, port, tuple(dict.fromkeys((*also_called, *_own_addresses(), LOOPBACK, "localhost"))))


def _own_addresses() -> Iterator[str]:
    """The addresses of this machine in the network, the one first by which it reaches others; then its names."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Nothing is sent: it only says which way it would go.
        probe.connect(ELSEWHERE)
        yield str(probe.getsockname()[0])
    name = socket.gethostname().lower()
    with suppress(OSError):
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
        yield from (str(address[0]) for *_, address in found)
    yield name
    yield f"{name}.local"
