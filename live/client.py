"""One open socket: who it is, what it follows, and a bounded queue of what it is still to be told."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from live.events import encode

if TYPE_CHECKING:
    from live.hub import Hub

Send = Callable[[dict[str, Any]], Awaitable[None]]

QUEUE_FRAMES = 2000
QUEUE_BYTES = 4 * 1024 * 1024
"""What may wait for one slow reader; beyond either it is dropped with `SLOW` and resumes."""

SIGNED_OUT, NO_ACCESS, SLOW, IDLE, MOVING = 4401, 4403, 4408, 4409, 4503
CLOSE_CODES = {
    SIGNED_OUT: "Not signed in, or signed out since. Sign in again.",
    NO_ACCESS: "No longer a member here.",
    SLOW: "Read too slowly. Connect again and resume with `after`.",
    IDLE: "Joined nothing for a minute.",
    MOVING: "This process is going away. Connect again and resume with `after`.",
}


class Client:
    """One signed-in person's socket."""

    def __init__(self, hub: "Hub", send: Send, user_id: UUID, session_key: str | None) -> None:
        """`send` is the ASGI send of an accepted socket."""
        self.hub = hub
        self.id = uuid4()
        self.user_id = user_id
        self.session_key = session_key
        self.positions: dict[str, int] = {}
        """The last seq sent, by topic followed live."""
        self.seen: dict[str, tuple[int, int]] = {}
        """First and last seq actually sent, by topic, for the record of reading."""
        self.joined = False
        """Whether it asked for anything yet; a socket that does not is closed after a minute."""
        self.state: dict[str, Any] = {}
        """What command handlers keep with the socket (an open visit, a room's names)."""
        self.closing: int | None = None
        self._send = send
        self._queue: deque[str] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._writer = asyncio.ensure_future(self._write())

    async def follow(self, topic: str, after: int | None = None) -> int:
        """Be told about `topic` from `after` on; returns the seq told so far. See `Hub.follow`."""
        self.joined = True
        return await self.hub.follow(self, topic, after)

    async def unfollow(self, topic: str) -> None:
        """Be told nothing more about `topic`."""
        await self.hub.unfollow(self, topic)

    def push(self, frame: str) -> None:
        """Queue one frame. A socket whose queue is full is dropped."""
        if self.closing is not None:
            return
        self._queue.append(frame)
        self._bytes += len(frame)
        if len(self._queue) > QUEUE_FRAMES or self._bytes > QUEUE_BYTES:
            self._queue.clear()
            self.close_soon(SLOW)
        self._wake.set()

    def say(self, message: dict[str, Any]) -> None:
        """Queue one message of the protocol."""
        self.push(encode(message))

    def close_soon(self, code: int) -> None:
        """Close after what is queued was sent. The first code counts."""
        if self.closing is None:
            self.closing = code
            self._wake.set()

    async def finished(self) -> None:
        """Wait until the socket was closed from this side."""
        await asyncio.shield(self._writer)

    def abandon(self) -> None:
        """The other side is gone: write nothing more."""
        self._writer.cancel()

    async def _write(self) -> None:
        while True:
            while self._queue:
                frame = self._queue.popleft()
                self._bytes -= len(frame)
                await self._send({"type": "websocket.send", "text": frame})
            if self.closing is not None:
                await self._send({"type": "websocket.close", "code": self.closing})
                return
            self._wake.clear()
            await self._wake.wait()
