"""Frames read the short way: whatever comes, and in whatever pieces, is what Autobahn alone would have made of it."""

from itertools import pairwise
from typing import Any

import daphne.server  # noqa: F401  (installs the reactor that Autobahn's protocol must find)
from hypothesis import given, settings
from hypothesis import strategies as st

from live import inward
from live.direct import _open_protocol

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


def heard(pieces: list[bytes], *, shortened: bool) -> tuple[list[tuple[bytes, bool]], bytes, int]:
    """What an open connection makes of bytes that arrive in these pieces: messages, what it wrote back, its state."""
    protocol, transport = _open_protocol()
    messages: list[tuple[bytes, bool]] = []
    protocol.onMessage = lambda payload, binary: messages.append((payload, binary))
    protocol.closeHandshakeTimeout = protocol.serverConnectionDropTimeout = 0
    for ending in ("loseConnection", "abortConnection", "unregisterProducer"):
        setattr(transport, ending, lambda: None)
    if shortened:
        inward.shorten(protocol)
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
    protocol, _ = _open_protocol()
    read: list[bytes] = []
    protocol.onMessage = lambda payload, binary: read.append(payload)
    protocol.dataReceived = None  # Autobahn's own way: it would break here
    inward.shorten(protocol)
    protocol.dataReceived(frame(TEXT, "Good evening ❤".encode()))
    assert read == ["Good evening ❤".encode()]


def test_what_was_shortened_is_restored() -> None:
    protocol, _ = _open_protocol()
    inward.shorten(protocol)
    inward.restore(protocol)
    inward.restore(protocol)
    assert "dataReceived" not in vars(protocol)
