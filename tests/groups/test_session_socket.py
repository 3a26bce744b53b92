"""The led session over real sockets: a change reaches every follower, commands are refused as pages refuse them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError

from groups import session_hooks
from groups.models import PresenceSpan, Session, Turn
from groups.services import phases, staffing
from live.hub import stop_hub
from live.threads import reads
from peers.models import User
from records.clock import now
from tests.groups.harbor import Harbor, harbor
from tests.live.conftest import Socket

pytestmark = pytest.mark.django_db(transaction=True)
Sockets = Callable[[User], Awaitable[Socket]]


@pytest.fixture
def here() -> Harbor:
    """Harbor, now in its lobby."""
    here = harbor(now() + timedelta(minutes=5))
    phases.move(session_id=here.session.pk, by=here.fay.pk, to="lobby")
    return here


@pytest.fixture
async def sockets() -> AsyncIterator[Sockets]:
    """Connected sockets, closed at the end."""
    opened: list[Socket] = []

    async def connect(user: User) -> Socket:
        socket = Socket(user)
        await socket.connect()
        opened.append(socket)
        return socket

    yield connect
    for socket in opened:
        await socket.wire.disconnect()
    await stop_hub()


async def join(sockets: Sockets, here: Harbor, *people: User) -> list[Socket]:
    """Sockets of these people that follow Harbor's room."""
    joined = []
    for who in people:
        socket = await sockets(who)
        answer, _ = await socket.ask(cmd="join", cid="j", room=str(here.room.pk))
        assert answer["ok"]
        joined.append(socket)
    return joined


async def hear(socket: Socket, type_: str) -> dict[str, Any]:
    """The next event of a type."""
    while True:
        message = await socket.next()
        if message.get("type") == type_:
            return message


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true in the database."""
    for _ in range(250):
        if await reads(true):
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not become true")


async def test_a_phase_change_reaches_every_follower_within_a_second(here: Harbor, sockets: Sockets) -> None:
    fay, cory, ana, ben = await join(sockets, here, here.fay, here.cory, here.ana, here.ben)
    answer, told = await fay.ask(cmd="phase", cid="1", session=str(here.session.pk), to="opening")
    assert answer["ok"]
    async with asyncio.timeout(1):
        for socket in (cory, ana, ben):
            event = await hear(socket, "session.changed")
            assert (event["data"]["state"], event["data"]["reason"]) == ("opening", "started")
            assert event["data"]["leading"] == {"id": str(here.fay.pk), "name": "Fay", "role": "facilitator"}
    assert all(item["type"] in ("session.changed", "presence") for item in told)


async def test_who_comes_is_told_as_here(here: Harbor, sockets: Sockets) -> None:
    (fay,) = await join(sockets, here, here.fay)
    await join(sockets, here, here.ana)
    while [who["name"] for who in (await hear(fay, "presence"))["data"]["people"]] != ["Fay", "Ana"]:
        pass


async def test_the_round_is_told_in_names_and_a_pass_calls_the_next(here: Harbor, sockets: Sockets) -> None:
    fay, ana, ben = await join(sockets, here, here.fay, here.ana, here.ben)
    for to in ("opening", "check_in"):
        await fay.ask(cmd="phase", cid=to, session=str(here.session.pk), to=to)
    first = (await hear(ben, "turns.changed"))["data"]
    assert (first["speaking"], first["names"][str(here.ana.pk)]) == (str(here.ana.pk), "Ana")
    answer, _ = await ana.ask(cmd="pass", cid="p", session=str(here.session.pk))
    assert answer["ok"]
    second = (await hear(ben, "turns.changed"))["data"]
    assert (second["speaking"], second["waiting"], second["done"]) == (str(here.ben.pk), [], [str(here.ana.pk)])


async def test_a_hand_goes_up_on_every_screen(here: Harbor, sockets: Sockets) -> None:
    fay, ana = await join(sockets, here, here.fay, here.ana)
    await ana.ask(cmd="hand", cid="h", session=str(here.session.pk), up=True)
    data = (await hear(fay, "hand.changed"))["data"]
    assert (data["name"], data["up"]) == ("Ana", True)


@pytest.mark.parametrize(("who", "code"), [("ana", "not_allowed"), ("finn", "not_found"), ("cory", "not_now")])
async def test_a_refused_move_changes_nothing(here: Harbor, sockets: Sockets, who: str, code: str) -> None:
    socket = await sockets(getattr(here, who))
    answer, _ = await socket.ask(cmd="phase", cid="1", session=str(here.session.pk), to="work")
    assert (answer["ok"], answer["code"]) == (False, code)
    assert (await reads(here.fresh)).state == Session.State.LOBBY


async def test_an_unknown_session_and_a_strange_one_are_the_same_answer(here: Harbor, sockets: Sockets) -> None:
    finn = await sockets(here.finn)
    answers = [
        await finn.ask(cmd="pause", cid="1", session=session)
        for session in (str(here.session.pk), str(here.room.pk), "no id at all")
    ]
    assert len({str(answer) for answer in answers}) == 1


async def test_a_socket_that_goes_closes_its_span_and_the_rule_hands_over(here: Harbor, sockets: Sockets) -> None:
    fay, _, ana = await join(sockets, here, here.fay, here.cory, here.ana)
    await fay.ask(cmd="phase", cid="1", session=str(here.session.pk), to="opening")
    assert (await reads(here.fresh)).staff_due_at is not None
    await fay.wire.disconnect()
    await until(lambda: PresenceSpan.objects.filter(person=here.fay, left_at__isnull=False).exists())
    late = now() + timedelta(seconds=31)
    await reads(lambda: PresenceSpan.objects.filter(left_at=None).update(seen_at=late))
    assert await reads(staffing.look, late) == 1
    event = await hear(ana, "session.changed")
    while event["data"]["reason"] != "handed_over":
        event = await hear(ana, "session.changed")
    assert event["data"]["leading"]["name"] == "Cory"


@pytest.mark.parametrize("told", [True, False])
async def test_who_waits_in_the_room_when_the_lobby_opens_has_come_and_has_a_turn(
    here: Harbor, sockets: Sockets, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """At once where the change is heard; where it is not, by the next heartbeat, even once the round has begun."""
    monkeypatch.setattr("live.hub.BEAT_SECONDS", 60 if told else 0.3)
    if not told:
        monkeypatch.setattr("live.topics.TOLD_HOOKS", {})
    await reads(lambda: Session.objects.filter(pk=here.session.pk).update(state="scheduled"))
    await join(sockets, here, here.ana)
    assert not await reads(PresenceSpan.objects.exists)
    for phase in ("lobby", "opening", "check_in"):
        await reads(partial(phases.move, session_id=here.session.pk, by=here.fay.pk, to=phase))
    await until(Turn.objects.filter(person=here.ana, state="speaking").exists)
    await until(PresenceSpan.objects.filter(person=here.ana, left_at=None).exists)


async def test_who_could_not_be_lined_up_is_by_the_next_heartbeat(
    here: Harbor, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    for phase in ("opening", "check_in"):
        await reads(partial(phases.move, session_id=here.session.pk, by=here.fay.pk, to=phase))
    monkeypatch.setattr("live.hub.BEAT_SECONDS", 0.3)
    usual, failed = session_hooks._arrived, list[bool]()

    def once(session: UUID, person_id: UUID) -> None:
        if not failed:
            failed.append(True)
            raise OperationalError("the database is gone")
        usual(session, person_id)

    monkeypatch.setattr(session_hooks, "_arrived", once)
    await join(sockets, here, here.ana)
    await until(Turn.objects.filter(person=here.ana).exists)
    assert failed
