"""Frames straight off Daphne's TCP connection: one whole, short text frame in one piece, as nearly every frame comes.

Autobahn reads a frame in ten calls, since it may come in any pieces and of any kind; that costs more than judging the
words in it. Here the usual case is recognised and read in one; whatever is not exactly that (pings, closes, fragments,
several frames at once, wrong UTF-8) goes Autobahn's way, untouched and in its order. Like `live/direct.py` this reaches
private attributes, is tried out before it is used, and can be left out.
"""

from typing import Any

FINAL_TEXT = 0x81
MASKED = 0x80
LONG = 126


def shorten(protocol: Any) -> None:
    """Have an accepted socket's frames read the short way from now on. `protocol` is Daphne's."""
    usual, arrived, is_open = protocol.dataReceived, protocol.onMessage, protocol.STATE_OPEN

    def received(data: bytes) -> None:
        between = protocol.current_frame is None and not protocol.inside_message and not protocol.data
        payload = text_of(data) if between and protocol.state == is_open else None
        if payload is None:
            usual(data)
        else:
            arrived(payload, False)

    protocol.dataReceived = received


def restore(protocol: Any) -> None:
    """Have what still comes read the usual way."""
    vars(protocol).pop("dataReceived", None)


def text_of(data: bytes) -> bytes | None:
    """The payload of a final, masked text frame of less than 64 KiB that `data` is, and nothing else; else None."""
    if len(data) < 6 or data[0] != FINAL_TEXT:
        return None
    size, start = data[1] ^ MASKED, 2
    if size == LONG:
        size, start = data[2] << 8 | data[3], 4
        if size < LONG:
            return None
    elif size > LONG:  # longer still, or not masked
        return None
    if len(data) != start + 4 + size:
        return None
    mask = data[start : start + 4] * (size // 4 + 1)
    masked = int.from_bytes(data[start + 4 :], "little")
    payload = (masked ^ int.from_bytes(mask[:size], "little")).to_bytes(size, "little")
    try:
        payload.decode()
    except UnicodeDecodeError:
        return None
    return payload
