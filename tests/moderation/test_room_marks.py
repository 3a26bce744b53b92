"""What the screen found, as people see it: the room's staff where, the author why, a peer nothing."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from groups.models import Mark, Message
from groups.services import marking, posting
from live import log
from live.hub import stop_hub
from live.threads import reads
from moderation import screen_watch
from moderation.models import Case, Decision, Evidence, Flag, Notice
from moderation.services import decisions
from peers.models import User
from peers.permissions import Role
from tests.cast import Cast
from tests.live.conftest import Socket
from tests.moderation.gates import WORDS, Down, Holds, Number, Screen, Threat, Veils

HIDDEN = "twenty pills"
LATER = "Good evening."


@pytest.fixture(autouse=True)
def gate(settings: Any) -> Callable[[type], None]:
    """The gate of this test."""

    def use(cls: type) -> None:
        settings.MESSAGE_GATE = f"{cls.__module__}.{cls.__name__}"

    use(Screen)
    return use


def say(cast: Cast, who: str, text: str = WORDS) -> Message:
    """Post in Harbor's room."""
    person = cast.people[who]
    receipt = posting.post(person_id=person.pk, room_id=cast.harbor_room.pk, cid=str(uuid4()), text=text)
    return Message.objects.get(pk=receipt.message_id)


def told(topic: str, type_: str) -> list[dict[str, Any]]:
    """What a topic was told of one type."""
    return [event["data"] for event in log.page(topic, 0) if event["type"] == type_]


def page(cast: Cast, who: str) -> str:
    """Harbor's room as somebody's browser gets it."""
    return get(cast.people[who], f"/rooms/{cast.harbor_room.pk}/")


def get(person: User, path: str) -> str:
    """A page."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def release(cast: Cast, case: Case) -> Decision:
    """Fay lets it into the room."""
    return decisions.decide(
        case, verb=Decision.Verb.RELEASE, by=cast.fay, roles=frozenset({Role.FACILITATOR}), reason="We spoke."
    )


def dismiss(cast: Cast, case: Case) -> Decision:
    """Kim closes it as it is."""
    return decisions.decide(
        case, verb=Decision.Verb.DISMISS, by=cast.kim, roles=frozenset({Role.CLINICIAN}), reason="We spoke."
    )


def test_staff_are_told_what_alerts_and_the_author_and_staff_the_whole(cast: Cast) -> None:
    message = say(cast, "ana")
    (marked,) = told(cast.harbor_room.staff_topic, "message.marked")
    assert marked == {
        "id": str(message.pk),
        "room": str(cast.harbor_room.pk),
        "findings": [{"rule": "an act", "lane": "care", "severity": "amber", "start": 0, "end": 19}],
    }
    for topic in (cast.harbor_room.staff_topic, f"person:{cast.ana.pk}"):
        (whole,) = told(topic, "message.unveiled")
        assert whole == {"id": str(message.pk), "text": WORDS, "veils": [[7, 19]]}


def test_the_members_and_the_author_are_told_nothing_of_it(cast: Cast) -> None:
    say(cast, "ana")
    assert HIDDEN not in json.dumps(log.page(cast.harbor_room.topic, 0))
    for topic in (cast.harbor_room.topic, f"person:{cast.ana.pk}", f"person:{cast.ben.pk}"):
        assert told(topic, "message.marked") == []
        assert "an act" not in json.dumps(log.page(topic, 0))


def test_the_same_after_a_reload(cast: Cast) -> None:
    say(cast, "ana")
    peer, author, staff = page(cast, "ben"), page(cast, "ana"), page(cast, "fay")
    assert HIDDEN not in peer
    assert "detail veiled" in peer
    for words in ("possible", "an act", "feeling numb", "data-veiled>"):
        assert words not in peer
    assert f"<mark  data-veiled>{HIDDEN}</mark>" in author
    assert "veiled for the group" in author
    assert "The group reads this without the marked words." in author
    assert "possible" not in author
    assert "possible act" in staff
    assert "feeling numb" not in staff, "what does not alert stands on the case page, not over somebody's words"
    assert "veiled for the group" in staff


def test_a_message_that_needs_nobody_has_no_mark_and_costs_no_row(cast: Cast, gate: Any) -> None:
    gate(Veils)
    say(cast, "ana")
    assert Mark.objects.count() == 0
    assert told(cast.harbor_room.staff_topic, "message.marked") == []
    assert "possible" not in page(cast, "fay")


def test_nobody_reads_in_the_room_what_the_screen_made_of_their_own_words(cast: Cast) -> None:
    say(cast, "fay")
    assert told(cast.harbor_room.staff_topic, "message.marked") == []
    assert "possible act" not in page(cast, "fay")
    assert Case.objects.get().person_id == cast.fay.pk


def test_a_released_message_brings_its_marks_and_veils_with_it(cast: Cast, gate: Any) -> None:
    gate(Holds)
    say(cast, "ana")
    assert "<mark" not in page(cast, "ana"), "while nobody sees it nothing is veiled"
    before = len(told(cast.harbor_room.staff_topic, "message.marked"))
    release(cast, Case.objects.get())
    assert len(told(cast.harbor_room.staff_topic, "message.marked")) == before + 1
    assert told(f"person:{cast.ana.pk}", "message.unveiled")[0]["veils"] == [[7, 19]]
    assert HIDDEN not in json.dumps(log.page(cast.harbor_room.topic, 0))
    assert "possible act" in page(cast, "fay")
    assert "The group reads this without the marked words." in page(cast, "ana")


def test_what_is_shown_late_says_so_even_below_the_same_author(cast: Cast, gate: Any) -> None:
    say(cast, "ana", "first words")
    gate(Holds)
    held = say(cast, "ana")
    Message.objects.filter(pk=held.pk).update(written_at=held.written_at - timedelta(seconds=90))
    release(cast, Evidence.objects.get(message_id=held.pk).case)
    for who in ("fay", "ben"):
        article = page(cast, who).split(f'id="m-{held.pk}"')[1].split(">")[0]
        assert "data-follows" not in article, who


def test_the_author_of_a_number_is_told_what_it_is_about(cast: Cast, gate: Any) -> None:
    for cls, who, wanted in ((Number, "ana", "contact"), (Holds, "ben", "waiting")):
        gate(cls)
        message = say(cast, who)
        article = page(cast, who).split(f'id="m-{message.pk}"')[1].split("</article>")[0]
        assert ("shared in here" in article) is (wanted == "contact")
        assert [one["held_for"] for one in told(f"person:{message.author_id}", "message.held")] == [wanted]


def test_the_author_of_a_number_in_a_peer_room_is_told_too_and_nobody_else(cast: Cast, gate: Any) -> None:
    gate(Number)
    receipt = posting.post(person_id=cast.cal.pk, room_id=cast.cal_ivy.pk, cid="one", text=WORDS)
    message = Message.objects.get(pk=receipt.message_id)
    assert [one["held_for"] for one in told(f"person:{message.author_id}", "message.held")] == ["contact"]
    assert Mark.objects.get(message=message).findings == []
    shown = get(cast.cal, f"/rooms/{cast.cal_ivy.pk}/")
    assert "isn't showing to the other person yet" in shown
    assert "the group" not in shown.split('role="log"')[1].split("<dialog")[0]


def test_the_case_says_what_the_law_may_ask(cast: Cast, gate: Any) -> None:
    gate(Threat)
    say(cast, "ana")
    shown = get(cast.mo, f"/desk/cases/{Case.objects.get().pk}/")
    assert "a clinician decides whether somebody has to be warned" in shown


def test_a_hidden_message_stays_its_authors_own_and_comes_back_whole(cast: Cast) -> None:
    say(cast, "ana")
    case, mo = Case.objects.get(), frozenset({Role.MODERATOR})
    hidden = decisions.decide(case, verb=Decision.Verb.HIDE, by=cast.mo, roles=mo, reason="Not now.")
    assert "Hidden from the group. Your home page says more." in page(cast, "ana")
    assert "felt numb" in page(cast, "ana")
    assert "felt numb" in page(cast, "fay")
    assert "felt numb" not in page(cast, "ben")
    decisions.reverse(hidden, by=cast.mo, roles=mo)
    assert [one["text"] for one in told(f"person:{cast.ana.pk}", "message.unveiled")] == [WORDS, WORDS]
    assert len(told(cast.harbor_room.staff_topic, "message.marked")) == 2


def test_the_case_keeps_everything_that_was_found(cast: Cast) -> None:
    say(cast, "ana")
    assert [one["rule"] for one in Flag.objects.get().findings] == ["an act", "feeling numb"]
    shown = get(cast.mo, f"/desk/cases/{Case.objects.get().pk}/")
    for words in (
        "Possible act",
        "Possible feeling numb",
        "About the past.",
        "Does not alert by itself.",
        "rule version 3",
        "self harm",
        "Veiled for peers",
    ):
        assert words in shown, words


def test_the_console_names_only_what_alerts(cast: Cast, gate: Any) -> None:
    gate(Holds)
    say(cast, "ana")
    card = get(cast.fay, f"/desk/held/{cast.session.pk}/")
    assert "possible act" in card
    assert "feeling numb" not in card


def test_refused_words_are_marked_where_they_stand_and_not_in_each_others_place(cast: Cast) -> None:
    cast.session.__class__.objects.filter(pk=cast.session.pk).update(state="paused", paused_reason="lead")
    for cid in ("one", "two"):
        with pytest.raises(Exception, match="paused"):
            posting.post(person_id=cast.ana.pk, room_id=cast.harbor_room.pk, cid=cid, text=WORDS)
    shown = get(cast.mo, f"/desk/cases/{Case.objects.get().pk}/")
    assert shown.count("Possible feeling numb") == 2
    assert shown.count("<mark data-severity") == 2


def test_a_screen_that_is_down_is_said_to_the_author_and_to_staff(cast: Cast, gate: Any) -> None:
    gate(Down)
    message = say(cast, "ana", LATER)
    (held,) = told(f"person:{cast.ana.pk}", "message.held")
    assert (held["held_for"], held["severity"]) == ("screen_down", None)
    assert told(cast.harbor_room.staff_topic, "message.held")[0]["held_for"] == "screen_down"
    author = page(cast, "ana")
    shown = author[author.index(f'id="m-{message.pk}"') : author.index('id="newest"')]
    assert "couldn&#x27;t check" in shown or "couldn't check" in shown
    assert "You did nothing wrong." in shown
    assert "You're not in trouble" not in shown
    assert "The screen is down" not in author
    assert "data-screen-down" not in page(cast, "ben")
    assert "The screen is down" in get(cast.fay, f"/rooms/{cast.harbor_room.pk}/")
    assert "the screen was down" in get(cast.fay, f"/desk/held/{cast.session.pk}/")
    assert "Every message is held until a person has read it." in get(cast.mo, "/desk/")
    assert "The screen was down." in get(cast.mo, f"/desk/cases/{Case.objects.get().pk}/")


def test_the_notice_goes_when_something_was_checked_again_and_not_by_a_release(cast: Cast, gate: Any) -> None:
    rooms = [cast.harbor_room]
    assert marking.screen_down(rooms) is None
    say(cast, "ben", LATER)
    gate(Down)
    since = Mark.objects.get(message=say(cast, "ana", LATER)).at
    assert marking.screen_down(rooms) == since
    release(cast, Case.objects.get())
    assert marking.screen_down(rooms) == since, "a person read it, the screen did not"
    gate(Holds)
    say(cast, "ana")
    assert marking.screen_down(rooms) is None
    gate(Down)
    say(cast, "ana", LATER)
    assert screen_watch.troubles(cast.mo) == [screen_watch.DOWN]
    assert screen_watch.troubles(cast.ben) == []
    gate(Screen)
    say(cast, "ben", LATER)
    assert screen_watch.troubles(cast.mo) == []


def test_whose_case_is_closed_unshown_waits_for_nobody_any_more(cast: Cast, gate: Any) -> None:
    gate(Holds)
    say(cast, "ana")
    decision = dismiss(cast, Case.objects.get())
    assert [one["held_for"] for one in told(f"person:{cast.ana.pk}", "message.held")] == ["kept_back"] * 2, (
        "as it is now"
    )
    assert Notice.objects.get(person=cast.ana).kind == Notice.Kind.AUTHOR_KEPT_BACK
    author = page(cast, "ana")
    shown = author[author.index("data-mine") : author.index('id="newest"')]
    assert "This stays between you and the team." in shown
    assert "from the team reads it first" not in shown
    assert WORDS in shown
    decisions.reverse(decision, by=cast.kim, roles=frozenset({Role.CLINICIAN}))
    assert told(f"person:{cast.ana.pk}", "message.held")[-1]["held_for"] == "waiting"
    release(cast, Case.objects.get())
    assert Message.objects.get().state == "published"


@pytest.fixture
async def connect() -> AsyncIterator[Callable[[User], Any]]:
    """Connected sockets that followed Harbor's room; all left at the end."""
    opened: list[Socket] = []

    async def make(person: User, room: str) -> Socket:
        socket = Socket(person)
        await socket.connect()
        opened.append(socket)
        await socket.ask(cmd="join", cid="join", room=room, after=0, staff_after=0)
        return socket

    yield make  # type: ignore[misc]
    for socket in opened:
        await socket.wire.disconnect()
    await stop_hub()


@pytest.mark.django_db(transaction=True)
async def test_a_participants_socket_carries_no_mark_and_no_veiled_word(live_cast: Cast, connect: Any) -> None:
    room = str(live_cast.harbor_room.pk)
    ben, fay, cory = [await connect(person, room) for person in (live_cast.ben, live_cast.fay, live_cast.cory)]
    await reads(say, live_cast, "ana")
    await reads(say, live_cast, "ana", LATER)
    for staff in (fay, cory):
        heard: dict[str, Any] = {}
        while not {"message.marked", "message.unveiled"} <= heard.keys():
            frame = await staff.next()
            heard[frame.get("type", "")] = frame
        assert heard["message.marked"]["on"] == live_cast.harbor_room.staff_topic
        assert heard["message.unveiled"]["data"]["veils"] == [[7, 19]]
    peer: list[dict[str, Any]] = []
    while not peer or peer[-1].get("data", {}).get("text") != LATER:
        peer.append(await ben.next())
    assert {frame["on"] for frame in peer if "on" in frame} == {live_cast.harbor_room.topic}
    assert HIDDEN not in json.dumps(peer)
    assert "an act" not in json.dumps(peer)
