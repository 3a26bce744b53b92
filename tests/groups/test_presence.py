"""Presence: spans of two servers, a locked phone, a killed server, a page without a socket."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from groups.models import PresenceSpan, Room
from groups.services import phases, presence
from records import clock
from tests.groups.harbor import SIX, Harbor, harbor

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Harbor:
    """Harbor in its lobby."""
    here = harbor()
    with clock.at(SIX):
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="lobby")
    return here


def after(seconds: float) -> datetime:
    """A moment after six."""
    return SIX + timedelta(seconds=seconds)


def on_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this is another running process."""
    monkeypatch.setattr(presence, "SERVER", uuid4())


def join(here: Harbor, seconds: float) -> None:
    with clock.at(after(seconds)):
        presence.joined(person_id=here.ana.pk, room_id=here.room.pk)


def leave(here: Harbor, seconds: float) -> None:
    with clock.at(after(seconds)):
        presence.left(person_id=here.ana.pk, room_id=here.room.pk)


def seconds(moment: datetime) -> float:
    """A moment in seconds after six."""
    return (moment - SIX).total_seconds()


def spans(here: Harbor) -> list[tuple[float, float | None]]:
    """Ana's spans in seconds after six."""
    found = PresenceSpan.objects.filter(person=here.ana).order_by("joined_at")
    return [(seconds(span.joined_at), seconds(span.left_at) if span.left_at else None) for span in found]


def test_joining_and_leaving_is_a_span(here: Harbor) -> None:
    join(here, 0)
    leave(here, 100)
    assert spans(here) == [(0, 100)]


def test_only_the_group_room_is_the_session(here: Harbor) -> None:
    rooms = [Room.objects.create(kind=kind, cohort=here.cohort, opened_at=SIX) for kind in ("peer", "staff")]
    assert presence.live_in([*(room.pk for room in rooms), here.room.pk]) == {here.room.pk: here.session.pk}
    with clock.at(SIX):
        for room in rooms:
            assert presence.joined(person_id=here.ana.pk, room_id=room.pk) is None
    assert spans(here) == []


def test_outside_a_live_session_nothing_is_kept() -> None:
    here = harbor()
    join(here, 0)
    assert spans(here) == []


def test_two_servers_keep_a_span_each_and_leaving_one_leaves_the_other(
    here: Harbor, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(here, 0)
    on_server(monkeypatch)
    join(here, 5)
    leave(here, 9)
    assert spans(here) == [(0, None), (5, 9)]


def test_a_heartbeat_keeps_everybody_of_this_server_alive(here: Harbor) -> None:
    join(here, 0)
    with clock.at(after(10)):
        presence.beat([(here.ana.pk, here.room.pk)])
    assert PresenceSpan.objects.get(person=here.ana).seen_at == after(10)


def test_a_heartbeat_opens_what_is_missing_and_closes_whose_socket_is_gone(here: Harbor) -> None:
    join(here, 0)
    with clock.at(after(10)):
        presence.beat([(here.ben.pk, here.room.pk)])
    assert spans(here) == [(0, 0)]
    assert PresenceSpan.objects.get(person=here.ben).left_at is None


def test_a_heartbeat_leaves_another_servers_spans_alone(here: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    join(here, 0)
    on_server(monkeypatch)
    with clock.at(after(10)):
        presence.beat([])
    assert spans(here) == [(0, None)]


def test_a_killed_server_ends_a_span_at_its_last_heartbeat(here: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    join(here, 0)
    with clock.at(after(10)):
        presence.beat([(here.ana.pk, here.room.pk)])
    on_server(monkeypatch)  # the one before is no more
    assert presence.close_lost(after(54)) == 0
    assert presence.close_lost(after(56)) == 1
    assert spans(here) == [(0, 10)]


def test_a_locked_phone_is_not_shown_as_left_for_a_minute(here: Harbor) -> None:
    join(here, 0)
    leave(here, 30)
    assert presence.here(here.session.pk, after(89)) == [here.ana.pk]
    assert presence.here(here.session.pk, after(90)) == []
    join(here, 95)
    assert presence.here(here.session.pk, after(96)) == [here.ana.pk]


def test_away_is_told_in_whole_minutes(here: Harbor) -> None:
    join(here, 0)
    leave(here, 30)
    (seen,) = presence.seen(here.session.pk)
    assert [seen.away_minutes(after(seconds)) for seconds in (60, 100, 155)] == [0, 1, 2]


def test_a_page_without_a_socket_is_a_sign_of_the_person(here: Harbor) -> None:
    for seconds in (0, 20, 60, 200):
        with clock.at(after(seconds)):
            presence.touched(person_id=here.ana.pk, session_id=here.session.pk)
    assert spans(here) == [(0, 60), (200, None)]
    assert not presence.had_socket(here.session.pk, here.ana.pk)


def test_those_here_stand_in_the_order_they_came(here: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, who in enumerate((here.eve, here.ana, here.ben)):
        with clock.at(after(seconds)):
            presence.joined(person_id=who.pk, room_id=here.room.pk)
    assert presence.here(here.session.pk, after(5)) == [here.eve.pk, here.ana.pk, here.ben.pk]
