"""One evening over sockets: what each topic told live is what it tells whoever resumes, for every kind of event.

Everybody listens the way a page does, through the hub; some lose their connection in the midst and come back with
`after`. At the end what each was told, step by step, is held against the topic's log as it reads now.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from groups import sweeps
from groups.models import Session
from groups.services import farewells, phases, turns, visibility
from live import log
from live.events import CATALOGUE
from live.hub import stop_hub
from live.threads import reads
from moderation.escalation.pages import page_due
from moderation.models import Case
from moderation.services import decisions
from peers.models import Connection
from peers.permissions import Role
from peers.services import connections
from records import clock
from records.clock import now
from tests.cast import Cast
from tests.groups.test_model import View, tell
from tests.live.conftest import Socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
MESSAGES = ("message.posted", "message.hidden", "message.restored", "message.withdrawn")


class Listener:
    """Somebody's page: which topics it follows, and all it was told of each, in order."""

    def __init__(self, person: Any, rooms: list[UUID], watched: list[str]) -> None:
        self.person, self.rooms, self.watched = person, rooms, watched
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.start: dict[str, int] = {}
        self.socket: Socket | None = None

    async def come(self) -> None:
        """Connect, and resume each topic where it was left."""
        self.socket = Socket(self.person)
        await self.socket.connect()
        for room in self.rooms:
            await self._follow(f"room:{room}", {"cmd": "join", "room": str(room)})
        for topic in self.watched:
            await self._follow(topic, {"cmd": "watch", "topic": topic})

    async def _follow(self, topic: str, asks: dict[str, Any]) -> None:
        assert self.socket is not None
        after = self._at(topic)
        staff = f"{topic}:staff"
        if after is not None:
            asks["after"] = after
        if staff in self.start:
            asks["staff_after"] = self._at(staff)
        answer, told = await self.socket.ask(cid=str(uuid4()), **asks)
        assert answer["ok"], answer
        self._note(told)
        self.start.setdefault(topic, answer["seq"])
        if "staff_seq" in answer:
            self.start.setdefault(staff, answer["staff_seq"])

    def _at(self, topic: str) -> int | None:
        return self.told[topic][-1]["seq"] if self.told.get(topic) else self.start.get(topic)

    def _note(self, frames: list[dict[str, Any]]) -> None:
        for frame in frames:
            if "on" not in frame or frame["seq"] is None:
                continue
            # One's own topic is followed from the first moment: resuming it may tell again what came since.
            if not frame["on"].startswith("person:") or frame["seq"] > (self._at(frame["on"]) or 0):
                self.told.setdefault(frame["on"], []).append(frame)

    async def go(self) -> None:
        """Lose the connection."""
        assert self.socket is not None
        await self.socket.wire.disconnect()

    async def say(self, room: UUID, text: str) -> UUID:
        """Post a message."""
        assert self.socket is not None
        answer, told = await self.socket.ask(cmd="post", cid=str(uuid4()), room=str(room), text=text)
        assert answer["ok"], answer
        self._note(told)
        return UUID(answer["id"])

    async def catch_up(self) -> None:
        """Hear everything up to the head of each topic."""
        assert self.socket is not None
        for topic in self.start:
            head = await reads(log.head, topic)
            while (self._at(topic) or 0) < head:
                self._note([await self.socket.next()])


def view(events: list[dict[str, Any]]) -> tuple[View, dict[str, Any]]:
    """What remains of events: every message as it stands, and of every other kind the last."""
    shown: View = {}
    tell(shown, events)
    return shown, {event["type"]: event["data"] for event in events if event["type"] not in MESSAGES}


async def act(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Do what another page does, in a transaction of its own."""

    def all_of_it() -> Any:
        with transaction.atomic():
            return function(*arguments, **named)

    return await reads(all_of_it)


async def test_live_is_what_resuming_gives_for_every_kind_of_event(live_cast: Cast, settings: Any) -> None:
    cast, room = live_cast, live_cast.harbor_room.pk
    desk = f"desk:{cast.harbor.pk}"
    session = await act(Session.objects.get, cohort=cast.harbor, state__in=Session.LIVE)
    await act(Session.objects.filter(pk=session.pk).update, state="opening")
    ana = Listener(cast.ana, [room], [f"person:{cast.ana.pk}"])
    ben = Listener(cast.ben, [room], [f"person:{cast.ben.pk}"])
    fay = Listener(cast.fay, [room], [f"person:{cast.fay.pk}"])
    mo = Listener(cast.mo, [], [desk, f"person:{cast.mo.pk}"])
    kim = Listener(cast.kim, [], [desk, f"person:{cast.kim.pk}"])
    everybody = [ana, ben, fay, mo, kim]
    for one in everybody:
        await one.come()
    by_fay = {"session_id": session.pk, "by": cast.fay.pk}

    await act(phases.move, **by_fay, to="check_in")
    await act(turns.go_on, **by_fay, speaking=(await act(turns.round_of, session.pk)).speaking)
    await act(phases.move, **by_fay, to="work")
    hello = await ana.say(room, "Good evening")
    await ben.say(room, "I used to cut with a razor, years ago")
    held = await ben.say(room, "I want to die.")
    await ana.say(room, "I'm going to kill myself tonight.")
    await act(turns.raise_hand, session_id=session.pk, person_id=cast.ben.pk, up=True)
    await ben.go()
    await mo.go()
    assert await act(page_due, now() + timedelta(minutes=10))
    await act(visibility.release, held, by=cast.fay.pk)
    again = await ana.say(room, "And one more thing")
    await act(visibility.hide, hello, by=cast.fay.pk)
    await act(visibility.restore, hello, by=cast.fay.pk)
    await act(visibility.hide, again, by=cast.fay.pk)
    assert ana.socket is not None
    await ana.socket.send(cmd="withdraw", cid="w", message=str(hello))
    await act(phases.pause, **by_fay)
    await fay.go()
    await act(phases.resume, **by_fay)
    case = await act(Case.objects.get, message=held)
    await act(
        decisions.decide, case, verb="hide", by=cast.mo, roles=frozenset({Role.MODERATOR}), reason="Too much here."
    )
    await ben.come()
    await act(phases.move, **by_fay, to="closing_round")
    await act(farewells.see_off, **by_fay, states={cast.ana.pk: "closed", cast.ben.pk: "closed"})
    await fay.come()
    with clock.at(session.ends_at + timedelta(minutes=1)):
        assert await act(sweeps.tell_overtime, now())
    ended = await act(phases.end, **by_fay)
    assert ended.ended, ended
    together = Listener(cast.ana, [cast.ana_ben.pk], [])
    await together.come()
    await together.say(cast.ana_ben.pk, "Are you still up?")
    connection = await act(Connection.objects.get, pk=cast.ana_ben.connection_id)
    await act(connections.end, connection_id=connection.pk, by=cast.ben.pk)
    await mo.come()
    everybody.append(together)

    kinds: set[str] = set()
    for one in everybody:
        await one.catch_up()
        for topic, start in one.start.items():
            told = one.told.get(topic, [])
            assert [event["seq"] for event in told] == [*range(start + 1, await reads(log.head, topic) + 1)], topic
            assert view(told) == view(await reads(log.page, topic, start, 10_000)), topic
            kinds |= {event["type"] for event in told}
    durable = {name for name, kind in CATALOGUE.items() if kind.DURABLE and "system" not in kind.AUDIENCE}
    assert kinds == durable
    for one in everybody:
        await one.go()
    await stop_hub()
