"""One message: kept once, in order, seen by exactly those who may see it."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404

from groups.errors import Refused
from groups.gate import Action, Draft, Verdict
from groups.happenings import MessageMarked, PostRefused
from groups.models import Message, Session
from groups.services import messages, posting, visibility
from groups.services.earlier import Receipt
from live import log
from peers.errors import FormerMember
from records import clock, domain, sealing
from records.models import AuditRow
from tests.cast import Cast


class Opens:
    """A gate that lets everything through."""

    def screen(self, draft: Draft) -> Verdict:
        """Publish."""
        return Verdict(action=Action.PUBLISH)


class Holds:
    """A gate that holds everything."""

    def screen(self, draft: Draft) -> Verdict:
        """Hold."""
        return Verdict(action=Action.HOLD, severity="red", lane="care")


class Veils:
    """A gate that veils the second word."""

    def screen(self, draft: Draft) -> Verdict:
        """Veil."""
        start = draft.text.index(" ") + 1
        return Verdict(
            action=Action.FLAG, severity="amber", lane="care", veils=((start, draft.text.index(" ", start)),)
        )


class Breaks:
    """A gate that breaks."""

    def screen(self, draft: Draft) -> Verdict:
        """Break."""
        raise RuntimeError(draft.text)


class Babbles:
    """A gate that answers nonsense."""

    def screen(self, draft: Draft) -> object:
        """Babble."""
        return "fine"


@pytest.fixture(autouse=True)
def gate(settings: object) -> Callable[[type], None]:
    """The gate of this test; open unless it says otherwise."""

    def use(cls: type) -> None:
        settings.MESSAGE_GATE = f"tests.groups.test_messages.{cls.__name__}"  # type: ignore[attr-defined]

    use(Opens)
    return use


def say(cast: Cast, who: str, text: str = "still here", cid: str | None = None) -> Receipt:
    """Post in Harbor's room."""
    person = cast.people[who]
    return posting.post(person_id=person.pk, room_id=cast.harbor_room.pk, cid=cid or str(uuid4()), text=text)


def told(topic: str) -> list[dict[str, Any]]:
    """Everything a topic was told."""
    return log.page(topic, 0)


def test_a_message_is_kept_sealed_told_and_audited(cast: Cast) -> None:
    receipt = say(cast, "ana", "I went to both interviews.")
    message = Message.objects.get(pk=receipt.message_id)
    assert (receipt.state, receipt.seq) == ("published", 1)
    assert b"interviews" not in bytes(message.sealed)
    (event,) = told(cast.harbor_room.topic)
    assert event["type"] == "message.posted"
    assert event["data"]["text"] == "I went to both interviews."
    assert event["data"]["author"] == {"id": str(cast.ana.pk), "name": "Ana", "role": "participant"}
    assert AuditRow.objects.filter(verb="message.post", subject_id=str(message.pk), actor_id=cast.ana.pk).exists()


def test_the_log_holds_no_word_of_it(cast: Cast) -> None:
    say(cast, "ana", "unmistakable")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM live_logentry")
        assert "unmistakable" not in str(cursor.fetchall())


def test_the_same_client_id_again_is_the_same_message(cast: Cast) -> None:
    first, again = say(cast, "ana", "once", cid="c1"), say(cast, "ana", "once more", cid="c1")
    assert first == again
    assert Message.objects.count() == 1
    assert say(cast, "ben", "his own", cid="c1").message_id != first.message_id


@pytest.mark.django_db(transaction=True)
def test_the_same_client_id_at_the_same_time_is_one_message(live_cast: Cast) -> None:
    receipts: list[Receipt] = []

    def write() -> None:
        try:
            receipts.append(say(live_cast, "ana", "at once", cid="same"))
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(receipts) == 8
    assert len(set(receipts)) == 1
    assert len(told(live_cast.harbor_room.topic)) == 1


@pytest.mark.parametrize(
    ("who", "error"), [("cal", Http404), ("finn", Http404), ("mo", Http404), ("sam", Http404), ("dee", FormerMember)]
)
def test_only_the_cohort_s_own_write_there(cast: Cast, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        say(cast, who)
    assert told(cast.harbor_room.topic) == []


@pytest.mark.parametrize(
    ("state", "ana", "fay"),
    [
        ("lobby", "closed", None),
        ("opening", "closed", None),
        ("check_in", "not_your_turn", None),
        ("work", None, None),
        ("closing_round", None, None),
        ("paused", "paused", "paused"),
        ("ended", "closed", "closed"),
    ],
)
def test_the_phase_decides_who_writes(cast: Cast, state: str, ana: str | None, fay: str | None) -> None:
    Session.objects.filter(pk=cast.session.pk).update(state=state)
    for who, code in (("ana", ana), ("fay", fay)):
        if code is None:
            assert say(cast, who).state == "published"
        else:
            with pytest.raises(Refused) as refused:
                say(cast, who)
            assert refused.value.code == code
            assert refused.value.reason


def test_the_thirty_first_in_a_minute_is_too_fast_and_the_first_after_it_is_not(cast: Cast) -> None:
    start = clock.now()
    for second in range(30):
        with clock.at(start.replace(microsecond=second)):
            say(cast, "ana")
    with pytest.raises(Refused) as refused:
        say(cast, "ana", cid="late")
    assert refused.value.code == "rate"
    with clock.later(seconds=61):
        assert say(cast, "ana", cid="late").state == "published"


def test_a_refused_post_is_read_all_the_same(cast: Cast, gate: Callable[[type], None]) -> None:
    gate(Holds)
    heard: list[PostRefused] = []
    domain.subscribe(PostRefused, heard.append)
    Session.objects.filter(pk=cast.session.pk).update(state="paused")
    with pytest.raises(Refused):
        say(cast, "ana", "goodbye everyone")
    domain._subscribers[PostRefused].remove(heard.append)
    assert [(event.code, event.text, event.verdict.severity) for event in heard] == [
        ("paused", "goodbye everyone", "red")
    ]
    assert Message.objects.count() == 0


@pytest.mark.parametrize("broken", [Breaks, Babbles])
def test_a_gate_that_fails_holds_the_message(cast: Cast, gate: Callable[[type], None], broken: type) -> None:
    gate(broken)
    heard: list[MessageMarked] = []
    domain.subscribe(MessageMarked, heard.append)
    receipt = say(cast, "ana", "nobody could read this")
    domain._subscribers[MessageMarked].remove(heard.append)
    assert (receipt.state, receipt.seq) == ("held", None)
    assert heard[0].verdict.screen_down
    assert told(cast.harbor_room.topic) == []


def test_a_gate_that_is_not_there_holds_the_message(cast: Cast, settings: object) -> None:
    settings.MESSAGE_GATE = "nowhere.Gate"  # type: ignore[attr-defined]
    assert say(cast, "ana").state == "held"


def test_a_held_message_is_told_to_its_author_and_staff_and_takes_its_place_when_released(
    cast: Cast, gate: Callable[[type], None]
) -> None:
    gate(Holds)
    receipt = say(cast, "ana", "I am not okay")
    gate(Opens)
    say(cast, "ben", "in between")
    room, staff, own = cast.harbor_room.topic, cast.harbor_room.staff_topic, f"person:{cast.ana.pk}"
    assert [event["data"]["text"] for event in told(room)] == ["in between"]
    to_staff, to_author = ([e["data"] for e in told(topic) if e["type"] == "message.held"] for topic in (staff, own))
    assert [(data["text"], data["severity"]) for data in to_staff] == [("I am not okay", "red")]
    assert [(data["text"], data["severity"]) for data in to_author] == [("I am not okay", None)]
    visibility.release(receipt.message_id, by=cast.fay.pk)
    assert [(event["seq"], event["data"]["text"]) for event in told(room)] == [(1, "in between"), (2, "I am not okay")]
    with pytest.raises(Refused):
        visibility.release(receipt.message_id, by=cast.fay.pk)


def test_peers_read_the_feeling_staff_and_author_the_whole(cast: Cast, gate: Callable[[type], None]) -> None:
    gate(Veils)
    say(cast, "ana", "took forty and slept")
    (event,) = told(cast.harbor_room.topic)
    assert event["data"]["text"] == "took [detail veiled] and slept"
    start, end = event["data"]["veils"][0]
    assert event["data"]["text"][start:end] == "[detail veiled]"
    for topic in (cast.harbor_room.staff_topic, f"person:{cast.ana.pk}"):
        assert [e["data"]["text"] for e in told(topic) if e["type"] == "message.unveiled"] == ["took forty and slept"]


def test_hidden_and_withdrawn_words_are_gone_from_every_later_reading(cast: Cast) -> None:
    hidden, withdrawn = say(cast, "ana", "hide me"), say(cast, "ana", "take me back")
    visibility.hide(hidden.message_id, by=cast.fay.pk)
    messages.withdraw(person_id=cast.ana.pk, message_id=withdrawn.message_id)
    assert "hide me" not in str(told(cast.harbor_room.topic))
    assert "take me back" not in str(told(cast.harbor_room.topic))
    visibility.restore(hidden.message_id, by=cast.fay.pk)
    assert told(cast.harbor_room.topic)[-1]["data"]["text"] == "hide me"
    kept = Message.objects.get(pk=withdrawn.message_id)
    assert sealing.unseal(sealing.room(kept.room_id), messages.about(kept.pk), kept.sealed) == "take me back"


def test_only_its_author_takes_a_message_back_and_once(cast: Cast) -> None:
    receipt = say(cast, "ana")
    with pytest.raises(Http404):
        messages.withdraw(person_id=cast.ben.pk, message_id=receipt.message_id)
    messages.withdraw(person_id=cast.ana.pk, message_id=receipt.message_id)
    with pytest.raises(Refused):
        messages.withdraw(person_id=cast.ana.pk, message_id=receipt.message_id)


def test_an_answer_is_to_a_message_of_the_same_room(cast: Cast) -> None:
    receipt = say(cast, "ana")
    answer = posting.post(
        person_id=cast.ben.pk, room_id=cast.harbor_room.pk, cid="a", text="yes", reply_to=receipt.message_id
    )
    assert Message.objects.get(pk=answer.message_id).reply_to_id == receipt.message_id
    with pytest.raises(Refused) as refused:
        posting.post(
            person_id=cast.fay.pk, room_id=cast.harbor_line.pk, cid="b", text="no", reply_to=receipt.message_id
        )
    assert refused.value.code == "not_found"


def test_a_peer_room_is_closed_while_the_group_meets(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        posting.post(person_id=cast.ana.pk, room_id=cast.ana_ben.pk, cid="c", text="hello")
    assert refused.value.code == "closed"
    assert posting.post(person_id=cast.cal.pk, room_id=cast.cal_ivy.pk, cid="c", text="hello").state == "published"
    with pytest.raises(Http404):
        posting.post(person_id=cast.eve.pk, room_id=cast.ana_ben.pk, cid="c", text="hello")
