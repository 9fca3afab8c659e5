"""How often trials move: the less, the more of them do, and the later interfaces come."""

from typing import Any, cast

import pytest

from pathsim.serve.server import FRAMES, LEAST_FRAMES, MOST_FRAMES, VisitorServer


class Playing:
    """A visitor whose trial runs, and what their interface is told."""

    is_playing = True

    def __init__(self) -> None:
        self.told: list[float] = []

    def tell(self, **message: Any) -> None:
        self.told.append(message["frames"])


def served(count: int) -> tuple[VisitorServer, list[Playing]]:
    server = VisitorServer(cast("Any", None), cast("Any", None), None)
    visitors = [Playing() for _ in range(count)]
    server.visitors = cast("Any", visitors)
    return server, visitors


def looked(server: VisitorServer, late: float, times: int) -> None:
    for _ in range(times):
        server._lateness += [late] * 20  # noqa: SLF001 - as the interfaces tell it
        server._adapt()  # noqa: SLF001


def test_who_is_alone_has_all_frames_that_one_can_have() -> None:
    server, (visitor,) = served(1)
    looked(server, 0.0, 200)
    assert visitor.told[-1] == MOST_FRAMES


@pytest.mark.parametrize("count", [2, 10, 30])
def test_on_a_quick_machine_all_share_the_frames(count: int) -> None:
    server, visitors = served(count)
    looked(server, 0.001, 200)
    assert {one.told[-1] for one in visitors} == {min(FRAMES / count, MOST_FRAMES)}


def test_frames_become_fewer_while_interfaces_come_late_and_more_again_afterwards() -> None:
    server, (visitor, *_) = served(30)
    looked(server, 0.0, 60)
    before = visitor.told[-1]
    looked(server, 0.2, 5)
    busy = visitor.told[-1]
    assert LEAST_FRAMES <= busy < before / 2
    looked(server, 0.2, 50)
    assert visitor.told[-1] == LEAST_FRAMES
    looked(server, 0.0, 60)
    assert visitor.told[-1] > busy
