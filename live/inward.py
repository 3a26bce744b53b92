"""Frames straight off Daphne's TCP connection: one whole, short text frame in one piece, as nearly every frame comes.

Autobahn reads a frame in ten calls, since it may come in any pieces and of any kind; that costs more than judging the
words in it. Here the usual case is recognised and read in one; whatever is not exactly that (pings, closes, fragments,
several frames at once, wrong UTF-8) goes Autobahn's way, untouched and in its order. Like `live/direct.py` this reaches
private attributes, is tried out before it is used, and can be left out.
"""

from typing import Any

from live.frame import QUEUE_BYTES

AHEAD = 64
"""Frames of one socket that may wait to be answered; then no more is read of it until half of them are."""
FINAL_TEXT = 0x81
MASKED = 0x80
LONG = 126


class Inward:
    """How an accepted socket's frames come in, from now on. It reads no further ahead than is soon answered."""

    def __init__(self, protocol: Any) -> None:
        """`protocol` is Daphne's."""
        self._protocol = protocol
        self._usual = protocol.dataReceived
        self._paused = False
        protocol.dataReceived = self._received

    def took(self) -> None:
        """A frame was taken to be answered."""
        if self._paused and self._protocol.application_queue.qsize() <= AHEAD // 2:
            self._paused = False
            self._protocol.transport.resumeProducing()

    def restore(self) -> None:
        """Have what still comes read the usual way."""
        vars(self._protocol).pop("dataReceived", None)

    def _received(self, data: bytes) -> None:
        protocol, transport = self._protocol, self._protocol.transport
        between = protocol.current_frame is None and not protocol.inside_message and not protocol.data
        payload = text_of(data) if between and protocol.state == protocol.STATE_OPEN else None
        if payload is not None:
            protocol.onMessage(payload, False)
        elif waiting(transport) > QUEUE_BYTES:
            transport.abortConnection()  # it asks and asks, and does not read what it is answered
        else:
            self._usual(data)
        if protocol.application_queue.qsize() > AHEAD and not self._paused:
            self._paused = True
            transport.pauseProducing()


def waiting(transport: Any) -> int:
    """Bytes that Twisted keeps for a connection which does not take them."""
    return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)


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
