"""A cohort that goes on talking whatever breaks: each comes back, resumes, and sends again what was not answered.

What is counted is what a person would notice: a message that was acknowledged and not seen, seen twice, out of order,
or seen by somebody it was not for.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

from websockets.exceptions import InvalidHandshake, WebSocketException

from bench.client import Client

PACE = 0.4
"""Seconds between what one person says and the next thing they say."""
ANSWER_SECONDS = 12.0
AGAIN_SECONDS = 0.2
AWAY = (OSError, WebSocketException, InvalidHandshake, TimeoutError, EOFError)
WORDS = "still here and glad of it as long as it takes"


@dataclass
class Said:
    """One message: how it was acknowledged, and when others first saw it."""

    text: str
    author: "Person"
    began: float
    identifier: str = ""
    seq: int = 0
    acked_at: float = 0.0
    seen_at: float = 0.0
    contradicted: bool = False
    """Sent again, it was acknowledged as another message."""


@dataclass
class Record:
    """What the crowd said, by client id, and how it was refused on the way."""

    said: dict[str, Said] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def acked(self) -> dict[str, Said]:
        """What was acknowledged."""
        return {cid: one for cid, one in self.said.items() if one.acked_at}


class Person(Client):
    """Somebody who keeps coming back, to whichever web process answers."""

    def __init__(self, number: int, ports: Sequence[int], cookie: str, room: str, record: Record) -> None:
        """Not connected yet."""
        super().__init__(ports[number % len(ports)], cookie, room)
        self.number, self.ports, self.record = number, list(ports), record
        self.gone_code: int | None = None
        """Why the site showed them out, once it has."""
        self._tries = number
        self._joined = asyncio.Event()

    async def stay(self) -> None:
        """Connect, and again whenever the connection goes, until shown out."""
        while self.gone_code is None:
            port = self.ports[self._tries % len(self.ports)]
            self._tries += 1
            self.url, self.origin = f"ws://127.0.0.1:{port}/ws/", f"http://127.0.0.1:{port}"
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await self.connect()
                if answer["ok"]:
                    self._joined.set()
                    assert self.reader is not None
                    await self.reader
                elif answer["code"] in ("former_member", "not_found"):
                    self.gone_code = 4403
            except (*AWAY, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError) and (task := asyncio.current_task()) and task.cancelling():
                    raise
            self._joined.clear()
            if self.socket is not None:
                if self.socket.close_code in (4401, 4403):
                    self.gone_code = self.socket.close_code
                self.socket.transport.abort()
            await asyncio.sleep(AGAIN_SECONDS)

    async def talk(self, until: asyncio.Event) -> None:
        """Say something every now and then; each thing until it is acknowledged."""
        await asyncio.sleep(PACE * self.number / 8)
        while not until.is_set() and self.gone_code is None:
            await self.say(f"{WORDS} {letters(len(self.record.said))}")
            await asyncio.sleep(PACE)

    async def say(self, text: str) -> None:
        """Send a message until it is acknowledged, always under the same client id."""
        cid = str(uuid4())
        one = self.record.said[cid] = Said(text, self, monotonic())
        while not one.acked_at and self.gone_code is None:
            await self._try(cid, one)
            if not one.acked_at:
                await asyncio.sleep(AGAIN_SECONDS)

    async def _try(self, cid: str, one: Said) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._joined.wait()
                answer = await self.ask("post", cid, room=self.room, text=one.text)
        except (*AWAY, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and (task := asyncio.current_task()) and task.cancelling():
                raise
            return
        if not answer["ok"]:
            self.record.refusals[answer["code"]] = self.record.refusals.get(answer["code"], 0) + 1
            return
        one.contradicted |= bool(one.identifier) and one.identifier != answer["id"]
        one.identifier, one.seq, one.acked_at = answer["id"], answer["seq"] or 0, monotonic()

    def cut_mid_frame(self) -> None:
        """The connection goes while a frame is half sent."""
        if self.socket is not None and self._joined.is_set():
            self._joined.clear()
            whole = json.dumps({"v": 1, "cmd": "post", "cid": str(uuid4()), "room": self.room, "text": "half a word"})
            with suppress(*AWAY):
                # A masked text frame that announces more than it brings.
                self.socket.transport.write(b"\x81\xfe\x03\xe8\0\0\0\0" + whole.encode())
            self.socket.transport.abort()

    def stall(self) -> None:
        """Stop reading, as a phone in a pocket does."""
        if self.socket is not None:
            self.socket.transport.pause_reading()

    def read_on(self) -> None:
        """Read again."""
        with suppress(*AWAY):
            if self.socket is not None and not self.socket.transport.is_closing():
                self.socket.transport.resume_reading()

    def _hear(self, frame: dict[str, Any]) -> None:
        super()._hear(frame)
        if frame.get("type") == "message.posted" and frame.get("on") == f"room:{self.room}":
            one = self.record.said.get(frame["data"]["cid"])
            if one is not None and one.author is not self and not one.seen_at:
                one.seen_at = monotonic()


@dataclass
class Crowd:
    """The cohort of one run, somebody who leaves it on the way, and a stranger who keeps trying the door."""

    people: list[Person]
    leaver: Person
    stranger: Person
    record: Record

    @classmethod
    def of(cls, prepared: dict[str, Any], ports: Sequence[int]) -> "Crowd":
        """Everybody of a prepared room; the last but one of them will leave. The last, a listener, only listens."""
        record, room = Record(), prepared["rooms"][0]
        people = [Person(number, ports, cookie, room["room"], record) for number, cookie in enumerate(room["cookies"])]
        stranger = Person(0, ports, prepared["intruder"], prepared["elsewhere"], Record())
        return cls([*people[:-2], people[-1]], people[-2], stranger, record)

    async def try_the_door(self, until: asyncio.Event) -> int:
        """The stranger tries to join and to write; returns how often that was not refused."""
        came_in = 0
        while not until.is_set():
            for command, fields in (("join", {"after": 0}), ("post", {"text": "let me in"})):
                with suppress(*AWAY, asyncio.CancelledError, AssertionError):
                    async with asyncio.timeout(5):
                        answer = await self.stranger.ask(command, room=self.people[0].room, **fields)
                        came_in += bool(answer["ok"])
            await asyncio.sleep(0.5)
        return came_in


def letters(number: int) -> str:
    """A number in letters: the screen may take many digits for a telephone's."""
    spelled = ""
    while True:
        number, digit = divmod(number, 26)
        spelled = chr(ord("a") + digit) + spelled
        if not number:
            return spelled
