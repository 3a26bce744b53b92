"""The room over a socket and by plain requests: the same answers, and nothing for strangers."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.test import Client

from groups.happenings import MembershipEnded
from groups.models import Membership, Message, Session
from groups.services import posting
from live.hub import stop_hub
from live.threads import reads
from records import clock, domain
from records.models import AuditRow, ReadVisit
from tests.cast import Cast
from tests.live.conftest import Socket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def connect() -> AsyncIterator[Callable[[Any], Any]]:
    """Connected sockets; all left at the end."""
    opened: list[Socket] = []

    async def make(person: Any) -> Socket:
        socket = Socket(person)
        await socket.connect()
        opened.append(socket)
        return socket

    yield make
    for socket in opened:
        await socket.wire.disconnect()
    await stop_hub()


async def join(socket: Socket, cast: Cast, **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Join Harbor's room."""
    return await socket.ask(cmd="join", cid="join", room=str(cast.harbor_room.pk), **fields)


async def until(socket: Socket, type_: str) -> dict[str, Any]:
    """The next event of a type."""
    while (frame := await socket.next()).get("type") != type_:
        pass
    return frame


async def test_what_one_writes_everybody_in_the_room_reads_the_writer_too(live_cast: Cast, connect: Any) -> None:
    ana, ben = await connect(live_cast.ana), await connect(live_cast.ben)
    await join(ana, live_cast)
    await join(ben, live_cast)
    await ana.send(cmd="post", cid="p1", room=str(live_cast.harbor_room.pk), text="Good evening")
    frames = [await ana.next(), await ana.next()]
    ack = next(frame for frame in frames if "ack" in frame)
    posted = next(frame for frame in frames if frame.get("type") == "message.posted")
    assert (ack["ok"], ack["state"], ack["seq"]) == (True, "published", 1)
    assert posted["data"]["id"] == ack["id"]
    assert (await until(ben, "message.posted"))["data"]["text"] == "Good evening"


async def test_never_a_member_and_unknown_are_the_same_answer_and_the_socket_stays(
    live_cast: Cast, connect: Any
) -> None:
    cal = await connect(live_cast.cal)
    rooms = [
        str(live_cast.harbor_room.pk),
        str(uuid4()),
        "not-an-id",
        str(live_cast.ana_ben.pk),
        str(live_cast.cedar_line.pk),
    ]
    answers = []
    for room in rooms:
        for command, fields in (("join", {}), ("post", {"text": "hello"}), ("seen", {"seq": 1}), ("typing", {})):
            answers.append((await cal.ask(cmd=command, cid="same", room=room, **fields))[0])
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["ok"], answers[0]["code"]) == (False, "not_found")
    joined, _ = await cal.ask(cmd="join", cid="own", room=str(live_cast.cedar_room.pk))
    assert joined["ok"] is True


async def test_a_former_member_is_told_kindly_and_closed(live_cast: Cast, connect: Any) -> None:
    dee = await connect(live_cast.dee)
    answer, _ = await join(dee, live_cast)
    assert (answer["ok"], answer["code"]) == (False, "former_member")
    assert await dee.closed() == 4403


async def test_discharge_closes_the_socket_and_the_rest_goes_on(live_cast: Cast, connect: Any) -> None:
    ana, ben = await connect(live_cast.ana), await connect(live_cast.ben)
    await join(ana, live_cast)
    await join(ben, live_cast)

    def discharge() -> None:
        with transaction.atomic():
            Membership.objects.filter(person=live_cast.ana).update(ended_at=clock.now())
            domain.publish(MembershipEnded(person_id=live_cast.ana.pk, cohort_id=live_cast.harbor.pk))

    await reads(discharge)
    assert await ana.closed() == 4403
    await ben.send(cmd="post", cid="p", room=str(live_cast.harbor_room.pk), text="still here")
    assert (await until(ben, "message.posted"))["data"]["text"] == "still here"


async def test_a_held_message_reaches_its_author_and_staff_only(live_cast: Cast, connect: Any) -> None:
    ana, ben, fay = await connect(live_cast.ana), await connect(live_cast.ben), await connect(live_cast.fay)
    for socket in (ana, ben, fay):
        await join(socket, live_cast)
    answer, _ = await ana.ask(cmd="post", cid="p", room=str(live_cast.harbor_room.pk), text="I want to die.")
    assert (answer["ok"], answer["state"], answer["seq"]) == (True, "held", None)
    held = await until(fay, "message.held")
    assert (held["on"], held["data"]["text"], held["data"]["severity"]) == (
        live_cast.harbor_room.staff_topic,
        "I want to die.",
        "red",
    )
    await fay.send(cmd="post", cid="q", room=str(live_cast.harbor_room.pk), text="I am with you.")
    assert (await until(ben, "message.posted"))["data"]["text"] == "I am with you."


async def test_a_database_that_is_away_is_said_honestly_and_the_same_id_later_gives_one_message(
    live_cast: Cast, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await connect(live_cast.ana)
    await join(ana, live_cast)
    with monkeypatch.context() as away:
        away.setattr(posting, "keep", lambda prepared: (_ for _ in ()).throw(OperationalError("away")))
        refused, _ = await ana.ask(cmd="post", cid="p", room=str(live_cast.harbor_room.pk), text="hello")
    assert (refused["ok"], refused["code"]) == (False, "storage_down")
    for _ in range(2):
        answer, _ = await ana.ask(cmd="post", cid="p", room=str(live_cast.harbor_room.pk), text="hello")
        assert answer["ok"] is True
    assert await reads(Message.objects.count) == 1


async def test_reading_is_recorded_with_what_was_actually_sent(live_cast: Cast, connect: Any) -> None:
    ana, ben = await connect(live_cast.ana), await connect(live_cast.ben)
    await join(ana, live_cast)
    await ana.ask(cmd="post", cid="p", room=str(live_cast.harbor_room.pk), text="one")
    await join(ben, live_cast, after=0)
    await ben.ask(cmd="leave", cid="l", room=str(live_cast.harbor_room.pk))

    def recorded() -> tuple[int | None, int | None]:
        visit = ReadVisit.objects.get(actor_id=live_cast.ben.pk)
        assert AuditRow.objects.filter(verb="room.read", actor_id=live_cast.ben.pk).count() == 1
        return visit.first_seq, visit.last_seq

    assert await reads(recorded) == (1, 1)


async def test_a_phase_that_changed_refuses_what_was_written_before_it(live_cast: Cast, connect: Any) -> None:
    ana = await connect(live_cast.ana)
    await join(ana, live_cast)
    await reads(lambda: Session.objects.filter(pk=live_cast.session.pk).update(state="paused", paused_reason="lead"))
    answer, _ = await ana.ask(cmd="post", cid="p", room=str(live_cast.harbor_room.pk), text="hello")
    assert (answer["code"], bool(answer["reason"])) == ("paused", True)


def test_the_form_gives_the_socket_s_own_answer(live_cast: Cast, client_for: Callable[..., Client]) -> None:
    ana, path = client_for(live_cast.ana), f"/rooms/{live_cast.harbor_room.pk}/messages/"
    answer = ana.post(path, {"cid": "f1", "text": "by form"}, headers={"accept": "application/json"})
    body = json.loads(answer.content)
    assert (answer.status_code, body["ack"], body["ok"], body["state"], body["seq"]) == (
        200,
        "f1",
        True,
        "published",
        1,
    )
    again = ana.post(path, {"cid": "f1", "text": "by form"}, headers={"accept": "application/json"})
    assert json.loads(again.content) == body
    empty = ana.post(path, {"cid": "f2", "text": " \u200b "}, headers={"accept": "application/json"})
    assert (empty.status_code, json.loads(empty.content)["code"]) == (409, "empty")
    assert ana.post(path, {"cid": "f3", "text": "plain"}).status_code == 302


def test_a_refused_plain_form_keeps_the_draft(live_cast: Cast, client_for: Callable[..., Client]) -> None:
    Session.objects.filter(pk=live_cast.session.pk).update(state="paused", paused_reason="lead")
    answer = client_for(live_cast.ana).post(
        f"/rooms/{live_cast.harbor_room.pk}/messages/", {"cid": "f", "text": "my words"}
    )
    assert answer.status_code == 409
    assert ">my words</textarea>" in answer.content.decode()


def test_strangers_and_former_members_by_plain_requests(live_cast: Cast, client_for: Callable[..., Client]) -> None:
    cal, dee, room = client_for(live_cast.cal), client_for(live_cast.dee), live_cast.harbor_room.pk
    unknown = uuid4()
    for path in ("", "log", "state/", "history/"):
        assert cal.get(f"/rooms/{room}/{path}").status_code == 404
        assert dee.get(f"/rooms/{room}/{path}").status_code == 403
    assert "Thank you for being part of it" in dee.get(f"/rooms/{room}/").content.decode()
    body = {"cid": "c", "text": "hello"}
    stranger = cal.post(f"/rooms/{room}/messages/", body, headers={"accept": "application/json"})
    nowhere = cal.post(f"/rooms/{unknown}/messages/", body, headers={"accept": "application/json"})
    assert (stranger.status_code, stranger.content) == (404, nowhere.content)


def test_the_log_is_the_same_objects_with_the_head(live_cast: Cast, client_for: Callable[..., Client]) -> None:
    for number in range(3):
        posting.post(person_id=live_cast.ben.pk, room_id=live_cast.harbor_room.pk, cid=f"{number}", text=f"{number}")
    answer = client_for(live_cast.ana).get(f"/rooms/{live_cast.harbor_room.pk}/log?after=1").json()
    assert [event["seq"] for event in answer["events"]] == [2, 3]
    assert answer["head"] == 3
    assert set(answer["events"][0]) == {"v", "on", "seq", "type", "at", "data"}


def test_history_scrolls_back_page_by_page(live_cast: Cast, client_for: Callable[..., Client], settings: Any) -> None:
    settings.POSTS_PER_MINUTE = 1000
    for number in range(120):
        posting.post(
            person_id=live_cast.ben.pk, room_id=live_cast.harbor_room.pk, cid=f"{number}", text=f"line {number}."
        )
    ana, path = client_for(live_cast.ana), f"/rooms/{live_cast.harbor_room.pk}/"
    newest = ana.get(path).content.decode()
    assert "line 119." in newest
    assert "line 69." not in newest
    assert f"{path}history/?before=71" in newest
    older = ana.get(f"{path}history/?before=71", headers={"x-fragment": "1"}).content.decode()
    assert "line 69." in older
    assert "line 70." not in older
    assert "before=21" in older


async def test_joining_again_on_one_socket_is_the_same_visit(live_cast: Cast, connect: Any) -> None:
    ana = await connect(live_cast.ana)
    for after in (None, 0):
        await join(ana, live_cast, after=after)
    assert await reads(ReadVisit.objects.filter(topic=live_cast.harbor_room.topic).count) == 1
    await ana.ask(cmd="leave", cid="leave", room=str(live_cast.harbor_room.pk))
    assert not await reads(ReadVisit.objects.filter(topic=live_cast.harbor_room.topic, closed_at=None).exists)
