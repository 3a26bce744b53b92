"""A socket is told everything once, in order, and is answered whatever it sends."""

import asyncio
import json
from time import sleep
from typing import Any

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from live import bus, frames, log, revoke, topics
from live.commands import Refusal
from live.hub import hub
from live.passing import apass_on
from live.threads import reads
from tests.live.conftest import Passed, Socket, tell

pytestmark = pytest.mark.django_db(transaction=True)


async def test_who_is_not_signed_in_is_told_so_and_closed(nobody: Any) -> None:
    socket = Socket(nobody)
    await socket.connect()
    assert await socket.closed() == 4401


async def test_what_a_topic_is_told_reaches_its_followers_once_in_order(
    sockets: Any, person: Any, other: Any, desk: str, made_up: Any
) -> None:
    made_up.update({(person.pk, desk), (other.pk, desk)})
    await reads(tell, desk, 1, 2)
    one, two = await sockets(person), await sockets(other)
    answer, told = await one.ask(cmd="watch", cid="c", topic=desk, after=0)
    assert (answer["ok"], answer["seq"], [event["seq"] for event in told]) == (True, 2, [1, 2])
    answer, told = await two.ask(cmd="watch", cid="c", topic=desk)
    assert (answer["seq"], told) == (2, [])
    await reads(tell, desk, 3, 4, 5)
    for socket in (one, two):
        assert [(await socket.next())["seq"] for _ in range(3)] == [3, 4, 5]


@pytest.mark.parametrize("after", range(6))
async def test_resuming_anywhere_gives_exactly_the_rest(
    sockets: Any, person: Any, desk: str, made_up: Any, after: int
) -> None:
    made_up.add((person.pk, desk))
    await reads(tell, desk, *range(5))
    socket = await sockets(person)
    _, told = await socket.ask(cmd="watch", cid="c", topic=desk, after=after)
    assert [event["seq"] for event in told] == list(range(after + 1, 6))


async def test_after_beyond_the_head_is_the_head(sockets: Any, person: Any, desk: str, made_up: Any) -> None:
    made_up.add((person.pk, desk))
    await reads(tell, desk, 1)
    socket = await sockets(person)
    assert (await socket.ask(cmd="watch", cid="c", topic=desk, after=999))[0]["seq"] == 1
    await reads(tell, desk, 2)
    assert (await socket.next())["seq"] == 2


async def test_a_bell_that_was_lost_is_healed_by_the_look(
    desk: str, monkeypatch: pytest.MonkeyPatch, watcher: Socket
) -> None:
    monkeypatch.setattr("live.bus.ring", lambda heads: None)
    await reads(tell, desk, 1, 2)
    assert [(await watcher.next())["seq"] for _ in range(2)] == [1, 2]


async def test_bells_may_come_late_twice_or_wrong(desk: str, watcher: Socket) -> None:
    await reads(tell, desk, 1)
    for head in (7, 1, 0, 1, 3):
        bus.ring({desk: head})
    await reads(tell, desk, 2)
    assert [(await watcher.next())["seq"] for _ in range(2)] == [1, 2]


async def test_a_passing_event_has_no_seq(desk: str, watcher: Socket) -> None:
    await apass_on(desk, Passed, {"n": 5})
    message = await watcher.next()
    assert (message["type"], message["seq"], message["data"]) == ("test.passed", None, {"n": 5})


async def test_the_same_passing_event_said_often_is_told_once(desk: str, watcher: Socket) -> None:
    for number in (5, 5, 6, 5, 6, 5):
        await apass_on(desk, Passed, {"n": number})
    assert [(await watcher.next())["data"]["n"] for _ in range(2)] == [5, 6]
    await apass_on(desk, Passed, {"n": 7})
    assert (await watcher.next())["data"] == {"n": 7}


async def test_a_refused_watch_leaves_the_socket_open_and_says_nothing_of_what_exists(
    sockets: Any, person: Any, other: Any, desk: str, made_up: Any
) -> None:
    made_up.add((other.pk, desk))
    await reads(tell, desk, 1)
    socket = await sockets(person)
    refused = [
        (await socket.ask(cmd="watch", cid="c", topic=topic))[0] for topic in (desk, "desk:nowhere", "system:access")
    ]
    assert refused[0] == refused[1] == refused[2]
    assert refused[0]["code"] == "not_found"
    assert (await socket.ask(cmd="watch", cid="d", topic="me"))[0]["ok"] is True


async def test_revoked_access_closes_the_socket_and_nobody_else_s(
    sockets: Any, person: Any, other: Any, desk: str, made_up: Any
) -> None:
    made_up.update({(person.pk, desk), (other.pk, desk)})
    one, two = await sockets(person), await sockets(other)
    for socket in (one, two):
        await socket.ask(cmd="watch", cid="c", topic=desk)
    await asyncio.sleep(0)
    made_up.discard((person.pk, desk))
    await reads(revoke.recheck, person.pk)
    assert await one.closed() == 4403
    await reads(tell, desk, 1)
    assert (await two.next())["seq"] == 1


async def test_signing_out_closes_the_sockets_of_that_session_only(sockets: Any, person: Any) -> None:
    one, two = await sockets(person), await sockets(person)
    await one.ask(cmd="watch", cid="c", topic="me")
    await two.ask(cmd="watch", cid="c", topic="me")
    await reads(revoke.sign_out, session_key=one.session.session_key)
    assert await one.closed() == 4401
    assert (await two.ask(cmd="watch", cid="d", topic="me"))[0]["ok"] is True


async def test_a_sign_in_that_ended_before_the_socket_was_served_opens_nothing(person: Any) -> None:
    socket = Socket(person)
    await reads(socket.session.create)
    await reads(socket.session.delete)
    assert (await socket.wire.connect(timeout=5))[0]
    assert await socket.closed() == 4401


async def test_access_taken_away_while_a_topic_is_being_joined_closes_the_socket(
    sockets: Any, person: Any, desk: str, made_up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up.add((person.pk, desk))
    socket = await sockets(person)
    head = log.head

    def discharged_meanwhile(topic: str) -> int:
        if topic == desk:
            made_up.discard((person.pk, desk))
        return head(topic)

    monkeypatch.setattr(log, "head", discharged_meanwhile)
    await socket.send(cmd="watch", cid="c", topic=desk)
    assert await socket.closed() == 4403


async def test_what_is_told_while_somebody_catches_up_reaches_them_too(
    sockets: Any, person: Any, other: Any, desk: str, made_up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up.update({(person.pk, desk), (other.pk, desk)})
    await reads(tell, desk, 1)
    there, comes = await sockets(other), await sockets(person)
    await there.ask(cmd="watch", cid="c", topic=desk)
    followed, page, stretch, reading = hub().topics[desk], log.page, log.stretch, [2, 3]

    def tell_meanwhile() -> None:
        """One more is told, and those who follow have it before we go on."""
        head = log.head(desk)
        tell(desk, reading.pop(0))
        while followed.cursor == head:
            sleep(0.001)

    def slow_page(*args: Any) -> Any:
        found = page(*args)
        tell_meanwhile()
        monkeypatch.setattr(log, "stretch", slow_stretch)
        return found

    def slow_stretch(*args: Any) -> Any:
        found = stretch(*args)
        monkeypatch.setattr(log, "stretch", stretch)
        tell_meanwhile()
        return found

    monkeypatch.setattr(log, "page", slow_page)
    await comes.send(cmd="watch", cid="c", topic=desk, after=0)
    told = [await comes.next() for _ in range(4)]
    assert [event["seq"] for event in told if "ack" not in event] == [1, 2, 3]
    assert reading == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"v":1}',
        '{"v":2,"cmd":"watch","cid":"c"}',
        '{"v":true,"cmd":"watch","cid":"c","topic":"me"}',
        '{"v":1,"cmd":"watch","cid":"c","topic":7}',
        '{"v":1,"cmd":"watch","cid":"c","topic":"me","after":-1}',
        '{"v":1,"cmd":"watch","cid":"c","topic":"me","after":true}',
        '{"v":1,"cmd":"watch","cid":"c","topic":"me","extra":1}',
        '{"v":1,"cmd":"watch","cid":"c","cid":"d","topic":"me"}',
        '{"v":1,"cmd":"nothing","cid":"c"}',
        '{"v":1,"cmd":"watch","cid":"' + "c" * 65 + '","topic":"me"}',
        '{"v":1,"cmd":"watch","cid":"\\ud800","topic":"me"}',
        '{"v":NaN}',
        "[" * 50_000,
        '{"v":1,"n":' + "9" * 10_000 + "}",
    ],
)
async def test_a_bad_frame_is_answered_and_the_socket_stays(sockets: Any, person: Any, text: str) -> None:
    socket = await sockets(person)
    await socket.raw(text=text)
    answer = await socket.next()
    assert (answer["ok"], answer["code"]) == (False, "bad_frame")
    assert answer["reason"]
    assert (await socket.ask(cmd="watch", cid="after", topic="me"))[0]["ok"] is True


async def test_bytes_are_no_frame(sockets: Any, person: Any) -> None:
    socket = await sockets(person)
    await socket.raw(data=b"\x00\x01")
    assert (await socket.next())["code"] == "bad_frame"


async def test_a_frame_over_64_kib_is_too_long_and_its_cid_is_echoed(sockets: Any, person: Any) -> None:
    socket = await sockets(person)
    await socket.send(cmd="watch", cid="big", topic="x" * 70_000)
    answer = await socket.next()
    assert (answer["ack"], answer["code"]) == ("big", "too_long")


async def test_a_reader_who_does_not_read_is_dropped_and_resumes_with_everything(
    sockets: Any, person: Any, desk: str, made_up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up.add((person.pk, desk))
    monkeypatch.setattr("live.wire.QUEUE_FRAMES", 3)
    slow = await sockets(person)
    await slow.ask(cmd="watch", cid="c", topic=desk)
    with_all_at_once = pytest.MonkeyPatch()
    with_all_at_once.setattr("live.bus.ring", lambda heads: None)
    await reads(tell, desk, *range(10))
    with_all_at_once.undo()
    bus.ring({desk: 10})
    assert await slow.closed() == 4408
    monkeypatch.setattr("live.wire.QUEUE_FRAMES", 2000)
    fresh = await sockets(person)
    _, told = await fresh.ask(cmd="watch", cid="c", topic=desk, after=0)
    assert [event["seq"] for event in told] == list(range(1, 11))


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_read_or_refused(value: object) -> None:
    try:
        frame = frames.read(json.dumps(value))
    except Refusal as refused:
        assert refused.code in ("bad_frame", "too_long")
    else:
        assert isinstance(value, dict)
        assert frame.cid == value["cid"]


def test_the_head_of_every_topic_is_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        log.heads([f"room:{n}" for n in range(50)])


@pytest.mark.parametrize("where", ["the log", "the doorway"])
async def test_a_revocation_that_could_not_be_read_is_acted_on_by_the_next_look(
    person: Any, desk: str, made_up: Any, monkeypatch: pytest.MonkeyPatch, where: str, watcher: Socket
) -> None:
    place, name = (log, "stretch") if where == "the log" else (topics, "may_follow")
    usual, failed = getattr(place, name), list[bool]()

    def once(*arguments: Any) -> Any:
        if not failed:
            failed.append(True)
            raise OperationalError("the database is gone")
        return usual(*arguments)

    monkeypatch.setattr(place, name, once)
    made_up.discard((person.pk, desk))
    await reads(revoke.recheck, person.pk)
    assert await watcher.closed() == 4403
    assert failed


async def test_who_could_not_be_checked_follows_nothing(
    sockets: Any, person: Any, desk: str, made_up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up.add((person.pk, desk))
    socket = await sockets(person)
    usual, asked = topics.may_follow, list[str]()

    def once(user: Any, topic: str) -> bool:
        asked.append(topic)
        if asked.count(desk) == 1:
            raise OperationalError("the database is gone")
        return usual(user, topic)

    monkeypatch.setattr(topics, "may_follow", once)
    answer, _ = await socket.ask(cmd="watch", cid="c", topic=desk)
    assert answer["code"] == "storage_down"
    assert desk not in hub().topics
    answer, _ = await socket.ask(cmd="watch", cid="c", topic=desk)
    assert answer["ok"]
