"""A made-up domain for `live`, which knows none: topics `room:ID` that the people listed may follow."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from live import log, threads, topics
from live.events import CATALOGUE, Event, event
from live.hub import stop_hub
from live.socket import endpoint


@event("test.happened", audience=["room"])
@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Event):
    """Something happened, for tests."""

    n: int


@event("test.passed", audience=["room"], durable=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class Passed(Event):
    """Something passed by, for tests."""

    n: int


CATALOGUE.pop("test.happened")
CATALOGUE.pop("test.passed")


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[UUID, str]]]:
    """The made-up events, and who may follow which desk (the one kind `watch` can join)."""
    allowed: set[tuple[UUID, str]] = set()
    monkeypatch.setitem(CATALOGUE, "test.happened", Happened)
    monkeypatch.setitem(CATALOGUE, "test.passed", Passed)
    monkeypatch.setitem(topics._may, "desk", lambda person, topic: (person, topic) in allowed)
    monkeypatch.setitem(topics._may, "person", lambda person, topic: topic == f"person:{person}")
    yield allowed
    threads.stop()


def tell(topic: str, *numbers: int) -> list[int]:
    """Tell a topic some numbers, each in a transaction of its own."""
    seqs = []
    for number in numbers:
        with transaction.atomic():
            seqs.append(log.tell(topic, Happened, {"n": number}))
    return seqs


class Socket:
    """A test's end of a socket."""

    def __init__(self, user: Any) -> None:
        """Not connected yet."""
        self.user, self.session = user, SessionStore()
        self.wire = WebsocketCommunicator(endpoint, "/ws/")
        self.wire.scope["user"] = user
        self.wire.scope["session"] = self.session

    async def connect(self) -> None:
        """Sign in and connect."""
        await threads.reads(self.session.create)
        assert (await self.wire.connect(timeout=5))[0]

    async def send(self, **fields: Any) -> None:
        """Send one frame of version 1."""
        await self.wire.send_to(text_data=json.dumps({"v": 1, **fields}))

    async def raw(self, text: str | None = None, data: bytes | None = None) -> None:
        """Send something that may be no frame at all."""
        received = {"text": text} if data is None else {"bytes": data}
        await self.wire.send_input({"type": "websocket.receive", **received})

    async def next(self) -> dict[str, Any]:
        """The next frame, heads left out."""
        while True:
            message: dict[str, Any] = json.loads(await self.wire.receive_from(timeout=5))
            if message.get("type") != "head":
                return message

    async def ask(self, **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Send a command; returns its answer and what was told before it."""
        await self.send(**fields)
        told = []
        while "ack" not in (message := await self.next()):
            told.append(message)
        return message, told

    async def closed(self) -> int:
        """Read until the server closes; returns the code."""
        while True:
            output = await self.wire.receive_output(timeout=5)
            if output["type"] == "websocket.close":
                code: int = output["code"]
                return code


@pytest.fixture
async def sockets() -> AsyncIterator[Any]:
    """Makes connected sockets; disconnects them all at the end."""
    opened: list[Socket] = []

    async def connect(user: Any) -> Socket:
        socket = Socket(user)
        await socket.connect()
        opened.append(socket)
        return socket

    yield connect
    for socket in opened:
        await socket.wire.disconnect()
    await stop_hub()


@pytest.fixture
async def watcher(sockets: Any, person: Any, desk: str, made_up: set[tuple[UUID, str]]) -> Socket:
    """A socket of that person's, which follows the desk from its head."""
    made_up.add((person.pk, desk))
    socket: Socket = await sockets(person)
    await socket.ask(cmd="watch", cid="c", topic=desk)
    return socket


@pytest.fixture
def person(transactional_db: None) -> Any:
    """Somebody who is signed in."""
    return get_user_model().objects.create_user("a@example.test", "x", display_name="Ana")


@pytest.fixture
def other(transactional_db: None) -> Any:
    """Somebody else."""
    return get_user_model().objects.create_user("b@example.test", "x", display_name="Ben")


@pytest.fixture
def nobody() -> AnonymousUser:
    """Somebody who is not signed in."""
    return AnonymousUser()


@pytest.fixture
def desk() -> str:
    """A topic."""
    return f"desk:{uuid4()}"
