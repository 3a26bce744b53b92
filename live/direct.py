"""Frames straight onto Daphne's TCP connection: no task, no thread, no copy of what the kernel takes at once.

What is told to one socket within one turn of the loop leaves in one write. This reaches private attributes of Twisted
and Autobahn, so it stands here alone; it is tried out at the first socket on the versions that are running (`works`),
and left for the portable way where anything looks different.
"""

import asyncio
import logging
import socket
import sys
from functools import lru_cache
from typing import Any

from live.frame import QUEUE_BYTES, QUEUE_FRAMES, Frame

log = logging.getLogger("holdfast.wire")


class Direct:
    """One socket's way out (see `live.wire.Out`)."""

    def __init__(self, protocol: Any) -> None:
        """`protocol` is Daphne's, of an accepted socket."""
        self._protocol = protocol
        self._transport = protocol.transport
        self._pending: list[bytes] = []
        self._loop = asyncio.get_running_loop()

    def push(self, frame: Frame) -> bool:
        """See `Out`."""
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append(frame.wire)
        transport = self._transport
        if len(self._pending) <= QUEUE_FRAMES and not transport.dataBuffer and not transport._tempDataLen:
            return True
        waiting = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        if len(self._pending) > QUEUE_FRAMES or waiting + sum(map(len, self._pending)) > QUEUE_BYTES:
            self._pending.clear()
            return False
        return True

    async def drain(self) -> None:
        """See `Out`."""
        self._flush()

    def abandon(self) -> None:
        """See `Out`."""
        self._pending.clear()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        protocol, transport = self._protocol, self._transport
        if not pending or protocol.state != protocol.STATE_OPEN or not transport.connected:
            return
        data = pending[0] if len(pending) == 1 else b"".join(pending)
        if not transport.dataBuffer and not transport._tempDataLen:
            try:
                sent = transport.socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                return  # the reactor notices by itself that the connection is gone
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)


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
        works = _frames_alike() and _buffers_alike()
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
    """Whether Autobahn writes a text as `Frame` does."""
    from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol

    factory, transport = WebSocketServerFactory(), _Transport()
    factory.protocol = WebSocketServerProtocol
    factory.openHandshakeTimeout = 0
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(transport)
    protocol.state, protocol.websocket_version, protocol._perMessageCompress = protocol.STATE_OPEN, 18, None
    for size in (1, 125, 126, 65535, 65536):
        transport.written.clear()
        protocol.sendMessage(b"x" * size)
        if b"".join(transport.written) != Frame("x" * size).wire:
            return False
    return True


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
