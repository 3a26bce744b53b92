"""Frames read the short way: whatever comes, and in whatever pieces, is what Autobahn alone would have made of it."""

import asyncio
from itertools import pairwise
from typing import Any

import daphne.server  # noqa: F401  (installs the reactor that Autobahn's protocol must find)
from hypothesis import given, settings
from hypothesis import strategies as st

from live import inward
from live.direct import _open_protocol
from live.frame import QUEUE_BYTES

TEXT, FRAGMENT, REST, BINARY, PING, CLOSE = 0x81, 0x01, 0x80, 0x82, 0x89, 0x88


def frame(opcode: int, payload: bytes, mask: bytes = b"\x0a\x0b\x0c\x0d") -> bytes:
    """A frame as a client sends it."""
    size = len(payload)
    if size < 126:
        head = bytes((opcode, 0x80 | size))
    elif size < 65536:
        head = bytes((opcode, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((opcode, 0xFF)) + size.to_bytes(8, "big")
    return head + mask + bytes(one ^ mask[place % 4] for place, one in enumerate(payload))


def open_protocol() -> tuple[Any, Any]:
    """Autobahn's side of an open connection, with what Daphne and Twisted add to it."""
    protocol, made = _open_protocol()
    transport: Any = made
    transport.dataBuffer, transport.offset, transport._tempDataLen = b"", 0, 0
    protocol.application_queue = asyncio.Queue()
    for ending in ("loseConnection", "abortConnection", "unregisterProducer"):
        setattr(transport, ending, lambda: None)
    return protocol, transport


def heard(pieces: list[bytes], *, shortened: bool) -> tuple[list[tuple[bytes, bool]], bytes, int]:
    """What an open connection makes of bytes that arrive in these pieces: messages, what it wrote back, its state."""
    protocol, transport = open_protocol()
    messages: list[tuple[bytes, bool]] = []
    protocol.onMessage = lambda payload, binary: messages.append((payload, binary))
    protocol.closeHandshakeTimeout = protocol.serverConnectionDropTimeout = 0
    if shortened:
        inward.Inward(protocol)
    for piece in pieces:
        protocol.dataReceived(piece)
    return messages, b"".join(transport.written), protocol.state


sizes = st.sampled_from([0, 1, 3, 4, 5, 124, 125, 126, 127, 200, 4000, 65535, 65536])
frames = st.one_of(
    st.builds(frame, st.just(TEXT), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))),
    st.builds(frame, st.just(TEXT), sizes.map(lambda size: b"x" * size), st.binary(min_size=4, max_size=4)),
    st.builds(frame, st.sampled_from([TEXT, FRAGMENT, REST, BINARY, PING, 0xC1, 0x83]), st.binary(max_size=30)),
    st.binary(min_size=1, max_size=12),
)


@given(st.lists(frames, min_size=1, max_size=6), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_comes_in_whatever_pieces_is_read_as_autobahn_reads_it(parts: list[bytes], data: Any) -> None:
    whole = b"".join(parts)
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    cuts = data.draw(st.one_of(st.just(ends), st.lists(st.integers(0, len(whole)), max_size=5)))
    places = sorted({0, len(whole), *cuts})
    pieces = [whole[start:end] for start, end in pairwise(places)]
    assert heard(pieces, shortened=True) == heard(pieces, shortened=False)


def test_the_usual_frame_is_read_without_autobahn() -> None:
    protocol, _ = open_protocol()
    read: list[bytes] = []
    protocol.onMessage = lambda payload, binary: read.append(payload)
    protocol.dataReceived = None  # Autobahn's own way: it would break here
    inward.Inward(protocol)
    protocol.dataReceived(frame(TEXT, "Good evening ❤".encode()))
    assert read == ["Good evening ❤".encode()]


def test_what_was_shortened_is_restored() -> None:
    protocol, _ = open_protocol()
    way = inward.Inward(protocol)
    way.restore()
    way.restore()
    assert "dataReceived" not in vars(protocol)


def test_no_more_is_read_ahead_than_is_soon_answered() -> None:
    protocol, transport = open_protocol()
    asked: list[str] = []
    transport.pauseProducing = lambda: asked.append("pause")
    transport.resumeProducing = lambda: asked.append("go on")
    protocol.onMessage = lambda payload, binary: protocol.application_queue.put_nowait(payload)
    way = inward.Inward(protocol)
    for _ in range(inward.AHEAD + 3):
        protocol.dataReceived(frame(TEXT, b"{}"))
    assert asked == ["pause"]
    while protocol.application_queue.qsize():
        protocol.application_queue.get_nowait()
        way.took()
    assert asked == ["pause", "go on"]


def test_who_asks_and_does_not_read_the_answers_is_cut_off() -> None:
    protocol, transport = open_protocol()
    cut: list[bool] = []
    transport.abortConnection = lambda: cut.append(True)
    inward.Inward(protocol)
    protocol.dataReceived(frame(PING, b"there?"))
    assert transport.written
    transport._tempDataLen = QUEUE_BYTES + 1
    protocol.dataReceived(frame(PING, b"there?"))
    assert cut == [True]
