"""One open socket: who it is, what it follows, and its way out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from live.events import encode
from live.frame import Frames
from live.wire import Out, Send

if TYPE_CHECKING:
    from live.hub import Hub

SIGNED_OUT, NO_ACCESS, SLOW, IDLE, MOVING = 4401, 4403, 4408, 4409, 4503
CLOSE_CODES = {
    SIGNED_OUT: "Not signed in, or signed out since. Sign in again.",
    NO_ACCESS: "No longer a member here.",
    SLOW: "Read too slowly. Connect again and resume with `after`.",
    IDLE: "Joined nothing for a minute.",
    MOVING: "This process is going away. Connect again and resume with `after`.",
}


@dataclass(slots=True, eq=False)
class Place:
    """How far one socket was told of one topic."""

    at: int = 0
    """Nothing up to this seq is told again."""
    first: int | None = None
    """The first seq it was sent; None while it was sent nothing."""

    def sent(self, first: int, last: int) -> None:
        """It was sent everything from `first` to `last`."""
        if self.first is None:
            self.first = first
        self.at = last


class Client:
    """One signed-in person's socket."""

    def __init__(self, hub: "Hub", out: Out, send: Send, user_id: UUID, session_key: str | None) -> None:
        """`out` takes frames, `send` is the ASGI send of the accepted socket."""
        self.hub = hub
        self.id = uuid4()
        self.user_id = user_id
        self.session_key = session_key
        self.places: dict[str, Place] = {}
        """How far it was told, by topic that it follows."""
        self.seen: dict[str, tuple[int, int]] = {}
        """First and last seq it was sent, by topic that it followed, for the record of reading."""
        self.joined = False
        """Whether it asked for anything yet; a socket that does not is closed after a minute."""
        self.state: dict[str, Any] = {}
        """What command handlers keep with the socket (an open visit, a room's names)."""
        self.closing: int | None = None
        self.on_closed: Callable[[], None] = lambda: None
        """Called once when the socket was closed from this side."""
        self._out = out
        self._send = send
        self._closer: asyncio.Task[None] | None = None

    async def follow(self, topic: str, after: int | None = None) -> int:
        """Be told about `topic` from `after` on; returns the seq told so far. See `Hub.follow`."""
        self.joined = True
        return await self.hub.follow(self, topic, after)

    async def unfollow(self, topic: str) -> None:
        """Be told nothing more about `topic`."""
        await self.hub.unfollow(self, topic)

    def push(self, frames: Frames) -> None:
        """Send frames, in order. A socket for which too much waits is dropped."""
        if self.closing is None and not self._out.push(frames):
            self.close_soon(SLOW)

    def say(self, message: dict[str, Any]) -> None:
        """Send one message of the protocol."""
        self.push(Frames(encode(message)))

    def took(self) -> None:
        """A frame of this socket's was taken to be answered."""
        self._out.took()

    def close_soon(self, code: int) -> None:
        """Close after what was pushed has gone. The first code counts."""
        if self.closing is None:
            self.closing = code
            self._closer = asyncio.ensure_future(self._close(code))

    @property
    def closed(self) -> bool:
        """Whether it was closed from this side."""
        return self._closer is not None and self._closer.done()

    async def finished(self) -> None:
        """Wait until a close that was asked for is done."""
        if self._closer is not None:
            await asyncio.wait({self._closer})

    def abandon(self) -> None:
        """The other side is gone: send nothing more."""
        self._out.abandon()
        if self._closer is not None:
            self._closer.cancel()

    async def _close(self, code: int) -> None:
        try:
            await self._out.drain()
            await self._send({"type": "websocket.close", "code": code})
        finally:
            asyncio.get_running_loop().call_soon(self.on_closed)
