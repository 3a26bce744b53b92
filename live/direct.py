"""Frames straight onto Daphne's TCP connection: no task, no thread, no copy of what the kernel takes at once.

This reaches private attributes of Twisted and Autobahn, so it stands here alone; it is tried out at the first socket on
the versions that are running (`works`), and left for the portable way where anything looks different.
"""

import logging
import socket
import sys
from functools import lru_cache
from typing import Any

from live.frame import QUEUE_BYTES, Frames
from live.inward import Inward, text_of, waiting

log = logging.getLogger("holdfast.wire")


class Direct:
    """One socket's way out (see `live.wire.Out`)."""

    def __init__(self, protocol: Any) -> None:
        """`protocol` is Daphne's, of an accepted socket."""
        self._protocol = protocol
        self._transport = protocol.transport
        self._inward = Inward(protocol)

    def push(self, frames: Frames) -> bool:
        """See `Out`."""
        protocol, transport, data = self._protocol, self._transport, frames.wire
        if protocol.state != protocol.STATE_OPEN or not transport.connected:
            return True  # the other side is gone; whoever serves this socket hears of it
        if not transport.dataBuffer and not transport._tempDataLen:
            try:
                sent = transport.socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                return True  # the reactor notices by itself that the connection is gone
            if sent == len(data):
                return True
            data = data[sent:]
        elif waiting(transport) + len(data) > QUEUE_BYTES:
            return False
        transport.write(data)
        return True

    async def drain(self) -> None:
        """See `Out`: what was pushed is with the kernel, or with Twisted, which keeps its order."""

    def abandon(self) -> None:
        """See `Out`."""
        self._inward.restore()

    def took(self) -> None:
        """See `Out`."""
        self._inward.took()


def protocol_of(send: Any) -> Any:
    """Daphne's protocol behind the server's `send`, if frames may be written straight to its connection; else None."""
    if "daphne.ws_protocol" not in sys.modules:
        return None  # another server
    from daphne.ws_protocol import WebSocketProtocol
    from twisted.internet import tcp

    protocol = next((one for one in getattr(send, "args", ()) if isinstance(one, WebSocketProtocol)), None)
    if protocol is None or not isinstance(protocol.transport, tcp.Server) or protocol.transport.TLS:
        return None
    return protocol if protocol._perMessageCompress is None and works() else None


@lru_cache(maxsize=1)
def works() -> bool:
    """Whether the running Daphne, Autobahn and Twisted are as this way needs them: tried out, not assumed."""
    try:
        works = _frames_alike() and _buffers_alike() and _reads_alike()
    except Exception as error:
        log.warning("frames go the portable way (%s)", type(error).__name__)
        return False
    if not works:
        log.warning("frames go the portable way: the server's parts are not as expected")
    return works


class _Transport:
    """As much of a transport as Autobahn needs to write to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def getPeer(self) -> Any:  # noqa: N802  (Twisted's name)
        from twisted.internet.address import IPv4Address

        return IPv4Address("TCP", "127.0.0.1", 1)

    getHost = getPeer  # noqa: N815

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: N802
        pass


def _frames_alike() -> bool:
    """Whether Autobahn writes a text as `Frames` does."""
    protocol, transport = _open_protocol()
    for size in (1, 125, 126, 65535, 65536):
        transport.written.clear()
        protocol.sendMessage(b"x" * size)
        if b"".join(transport.written) != Frames("x" * size).wire:
            return False
    return True


def _open_protocol() -> tuple[Any, _Transport]:
    """Autobahn's side of an open connection, and what it writes to."""
    from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol

    factory, transport = WebSocketServerFactory(), _Transport()
    factory.protocol = WebSocketServerProtocol
    factory.openHandshakeTimeout = 0
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(transport)
    protocol.state, protocol.websocket_version, protocol._perMessageCompress = protocol.STATE_OPEN, 18, None
    protocol.current_frame, protocol.inside_message = None, False
    return protocol, transport


def _reads_alike() -> bool:
    """Whether Autobahn finds in a frame what `live/inward.py` finds, and says when it is in the middle of something."""
    protocol, _ = _open_protocol()
    read: list[bytes] = []
    protocol.onMessage = lambda payload, binary: read.append(payload)
    payload = "Good evening \u2764".encode()
    frame = bytes((0x81, 0x80 | len(payload), 0, 0, 0, 0)) + payload
    protocol.dataReceived(frame)
    alike = read == [payload] == [text_of(frame)] and not (protocol.data or protocol.inside_message)
    protocol.dataReceived(frame[:9])
    amid = protocol.current_frame is not None
    protocol.dataReceived(frame[9:] + b"\x01\x80\0\0\0\0")  # the rest, and the first fragment of another
    return alike and amid and read == [payload] * 2 and protocol.inside_message and protocol.current_frame is None


def _buffers_alike() -> bool:
    """Whether Twisted keeps what it could not send yet where `Direct` looks for it."""
    from twisted.internet import reactor, tcp

    here, there = socket.socketpair()
    with here, there:
        transport: Any = tcp.Connection(here, None, reactor)
        transport.connected = 1
        transport.startWriting = lambda: None
        empty = (transport.dataBuffer, transport._tempDataLen, transport.offset) == (b"", 0, 0)
        transport.write(b"abc")
        return empty and transport._tempDataLen == 3 and transport.socket is here
