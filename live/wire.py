"""How frames reach a socket: the portable way through ASGI, or straight onto Daphne's connection (`live/direct.py`).

A socket keeps the way it began with for life.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from django.conf import settings

from live import direct
from live.frame import QUEUE_BYTES, QUEUE_FRAMES, Frames

Send = Callable[[dict[str, Any]], Awaitable[None]]
OUTERMOST = "holdfast.send"
"""The key of the scope under which the server's own `send` is kept: a middleware may wrap the one that is passed on."""


class Out(Protocol):
    """One socket's way out."""

    def push(self, frames: Frames) -> bool:
        """Send frames as soon as may be, in order. False when more waits than may wait; then nothing goes any more."""

    async def drain(self) -> None:
        """Wait until what was pushed has been handed on."""

    def abandon(self) -> None:
        """The other side is gone: send nothing more."""

    def took(self) -> None:
        """One of its frames was taken to be answered: there is room for another."""


class Portable:
    """Through ASGI: a queue, and a task that waits for each send."""

    def __init__(self, send: Send) -> None:
        """`send` is the ASGI send of an accepted socket."""
        self._send = send
        self._queue: deque[str] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    def push(self, frames: Frames) -> bool:
        """See `Out`."""
        self._queue.extend(frames.texts)
        self._bytes += sum(map(len, frames.texts))
        if len(self._queue) > QUEUE_FRAMES or self._bytes > QUEUE_BYTES:
            self._queue.clear()
            return False
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._write())
        return True

    async def drain(self) -> None:
        """See `Out`."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def abandon(self) -> None:
        """See `Out`."""
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()

    def took(self) -> None:
        """See `Out`: how far to read ahead is the server's affair."""

    async def _write(self) -> None:
        while self._queue:
            frame = self._queue.popleft()
            self._bytes -= len(frame)
            await self._send({"type": "websocket.send", "text": frame})


def keep_outermost(application: Any) -> Any:
    """An ASGI application that remembers the server's own `send` for `out_for`."""

    async def outermost(scope: dict[str, Any], receive: Any, send: Send) -> None:
        await application({**scope, OUTERMOST: send}, receive, send)

    return outermost


def out_for(scope: dict[str, Any], send: Send) -> Out:
    """The way out for a socket that was accepted."""
    if settings.DIRECT_WRITES and (protocol := direct.protocol_of(scope.get(OUTERMOST))) is not None:
        return direct.Direct(protocol)
    return Portable(send)
