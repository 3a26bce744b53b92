"""One client of the protocol (docs/protocol.md): joins, posts, drops, resumes, and counts what it is told."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 60.0


@dataclass
class Told:
    """What one client was told of its room."""

    seqs: list[int] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    veils: dict[str, list[list[int]]] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    duplicated: int = 0
    out_of_order: int = 0
    foreign: int = 0

    def shows(self, identifier: str, sent: str) -> bool:
        """Whether a message was told as it was sent; where a part is veiled, everything around it."""
        text, at, around = self.texts.get(identifier), 0, []
        if text is None:
            return False
        for start, end in self.veils[identifier]:
            around.append(re.escape(text[at:start]))
            at = end
        return bool(re.fullmatch(".+".join([*around, re.escape(text[at:])]), sent, re.DOTALL))


class Client:
    """A signed-in person's socket."""

    def __init__(self, port: int, cookie: str, room: str) -> None:
        """Not connected yet."""
        self.url, self.origin = f"ws://127.0.0.1:{port}/ws/", f"http://127.0.0.1:{port}"
        self.cookie, self.room = cookie, room
        self.told = Told()
        self.head = 0
        self.answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.socket: ClientConnection | None = None
        self.reader: asyncio.Task[None] | None = None
        self.heard = asyncio.Event()

    async def connect(self) -> dict[str, Any]:
        """Connect and join, from where it was; returns the answer to the join."""
        self.socket = await connect(
            self.url,
            origin=self.origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": self.cookie},
            compression=None,
            max_queue=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        self.reader = asyncio.create_task(self._read(self.socket))
        return await self.ask("join", room=self.room, after=self.head)

    async def drop(self) -> None:
        """Lose the connection without a word, as a phone that locks does."""
        if self.socket is not None:
            self.socket.transport.abort()
        if self.reader is not None:
            await asyncio.wait([self.reader], timeout=PATIENCE)

    async def close(self) -> None:
        """Leave."""
        if self.socket is not None:
            await self.socket.close()
        if self.reader is not None:
            await asyncio.wait([self.reader], timeout=PATIENCE)

    async def ask(self, cmd: str, cid: str | None = None, **fields: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        cid = cid or str(uuid4())
        future = self.answers[cid] = asyncio.get_running_loop().create_future()
        await self.tell(cmd, cid, **fields)
        return await asyncio.wait_for(future, PATIENCE)

    async def tell(self, cmd: str, cid: str, **fields: Any) -> None:
        """Send a command without waiting."""
        assert self.socket is not None
        await self.socket.send(json.dumps({"v": 1, "cmd": cmd, "cid": cid, **fields}))

    async def reach(self, head: int) -> bool:
        """Wait until it was told up to `head`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self.head < head:
                    self.heard.clear()
                    await self.heard.wait()
        except TimeoutError:
            return False
        return True

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                self._hear(json.loads(raw))
        except ConnectionClosed:
            pass
        for future in self.answers.values():
            if not future.done():
                future.cancel()
        self.answers.clear()

    def _hear(self, frame: dict[str, Any]) -> None:
        if "ack" in frame:
            future = self.answers.pop(frame["ack"], None)
            if future is not None and not future.done():
                future.set_result(frame)
            return
        if frame["on"] != f"room:{self.room}":
            if frame["on"].startswith("room:"):
                self.told.foreign += 1
            return
        if frame["seq"] is None:
            return
        if frame["seq"] != self.head + 1:
            self.told.out_of_order += 1
        self.head = max(self.head, frame["seq"])
        self.heard.set()
        if frame["type"] == "message.posted":
            data = frame["data"]
            if data["id"] in self.told.texts:
                self.told.duplicated += 1
            self.told.texts[data["id"]], self.told.veils[data["id"]] = data["text"], data["veils"]
            self.told.times.setdefault(data["cid"], perf_counter())
