"""What was held while the screen was down: read as soon as it works again, raised, veiled, and released by nobody."""

from typing import Any

import pytest

from groups.models import Mark, Message
from groups.services import marking, messages, posting
from live import log
from moderation import screen_watch
from moderation.models import Case, Escalation, Evidence, Flag, Lane, Severity
from moderation.reading import evidence_of, so_far
from moderation.services import decisions
from moderation.services.unchecked import read_again
from peers.permissions import Role
from records.clock import now
from tests.cast import Cast

GOODBYE = "I took all my pills, forty of them. Goodbye everyone."
CALM = "Good evening, all well here."
NUMBER = "text me at 617-555-0142"


@pytest.fixture
def down(settings: Any) -> Any:
    """The screen is down until told to work again."""
    works = settings.MESSAGE_GATE
    settings.MESSAGE_GATE = "tests.moderation.gates.Down"

    def again() -> int:
        settings.MESSAGE_GATE = works
        return read_again(now())

    return again


def say(cast: Cast, text: str, cid: str = "one") -> Message:
    """Ana posts in Harbor's room."""
    receipt = posting.post(person_id=cast.ana.pk, room_id=cast.harbor_room.pk, cid=cid, text=text)
    return Message.objects.get(pk=receipt.message_id)


def test_while_it_is_down_nothing_changes(cast: Cast, down: Any) -> None:
    say(cast, GOODBYE)
    assert read_again(now()) == 0
    assert Case.objects.get().severity == Severity.AMBER


def test_a_goodbye_of_that_hour_is_as_grave_as_any(cast: Cast, down: Any) -> None:
    message = say(cast, GOODBYE)
    assert not Escalation.objects.exists()
    assert down() == 1
    case = Case.objects.get(lane=Lane.CARE)
    assert case.severity == Severity.CRISIS
    assert Escalation.objects.get().severity == Severity.CRISIS
    message.refresh_from_db()
    assert message.state == "held"
    assert message.veils, "what peers should not read is veiled before anybody releases it"
    (words,) = evidence_of(case, cast.kim.pk)
    assert not words.screen_down
    assert any(one.alerts for one in words.findings)
    assert "the screen worked again and read it" in [line.what for line in so_far(case)]
    assert down() == 0, "once"


def test_its_author_and_staff_hear_what_it_waits_for_now(cast: Cast, down: Any) -> None:
    message = say(cast, GOODBYE)
    assert marking.screen_down([cast.harbor_room])
    down()
    assert marking.screen_down([cast.harbor_room]) is None
    assert screen_watch.troubles(cast.mo) == []
    for topic in (f"person:{cast.ana.pk}", cast.harbor_room.staff_topic):
        told = [event["data"] for event in log.page(topic, 0) if event["type"] == "message.held"]
        assert told[-1]["held_for"] == "waiting", topic
    assert Mark.objects.get(message=message).findings


def test_what_turns_out_harmless_still_waits_for_a_person(cast: Cast, down: Any) -> None:
    message = say(cast, CALM)
    down()
    message.refresh_from_db()
    assert message.state == "held"
    assert (Case.objects.get().severity, Case.objects.get().state) == (Severity.AMBER, Case.State.OPEN)


def test_a_number_of_that_hour_is_a_matter_of_conduct_too(cast: Cast, down: Any) -> None:
    say(cast, NUMBER)
    down()
    assert {case.lane for case in Case.objects.all()} == {Lane.CARE, Lane.CONDUCT}


def test_refused_words_are_read_too(cast: Cast, down: Any) -> None:
    cast.session.__class__.objects.filter(pk=cast.session.pk).update(state="paused", paused_reason="lead")
    with pytest.raises(Exception, match="paused"):
        say(cast, GOODBYE)
    assert Flag.objects.get().reason == "screen_down"
    down()
    case = Case.objects.get(lane=Lane.CARE)
    assert case.severity == Severity.CRISIS
    (words,) = evidence_of(case, cast.kim.pk)
    assert any(one.alerts for one in words.findings)


def test_taken_back_it_is_read_all_the_same(cast: Cast, down: Any) -> None:
    message = say(cast, GOODBYE)
    messages.withdraw(person_id=cast.ana.pk, message_id=message.pk)
    down()
    assert Case.objects.get(lane=Lane.CARE).severity == Severity.CRISIS


def test_what_somebody_has_decided_is_left(cast: Cast, down: Any) -> None:
    say(cast, CALM)
    case = Case.objects.get()
    decisions.decide(case, verb="dismiss", by=cast.kim, roles=frozenset({Role.CLINICIAN}), reason="Read it.")
    assert down() == 0
    assert Evidence.objects.get(case=case).veils == []
