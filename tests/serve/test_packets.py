"""What the server and an interface say arrives whole, however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.serve.packets import DRAWN, SAID, Packet, PacketError, PacketReader, drawn, said

MESSAGES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9) | st.booleans(), max_size=4)


@given(st.lists(st.binary(max_size=40) | MESSAGES, max_size=6), st.data())
def test_packets_arrive_whole_however_they_are_cut(sent: list[bytes | dict[str, object]], data: st.DataObject) -> None:
    stream = b"".join(drawn(one) if isinstance(one, bytes) else said(one) for one in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = PacketReader()
    found = [packet for begin, end in pairwise([0, *cuts, len(stream)]) for packet in reader.feed(stream[begin:end])]
    assert [one.content if one.kind == DRAWN else one.message for one in found] == sent


@pytest.mark.parametrize("stream", [b"X\0\0\0\1a", b"D\xff\xff\xff\xff", b"__GANGLION__\n"])
def test_what_is_no_packet_is_refused(stream: bytes) -> None:
    with pytest.raises(PacketError):
        list(PacketReader().feed(stream))


@pytest.mark.parametrize("content", [b"[]", b"no json", b"\xff"])
def test_a_message_is_a_table(content: bytes) -> None:
    with pytest.raises(PacketError):
        _ = Packet(SAID, content).message
