"""The absent-lead rule, with the clock, over two workers: handed over once, paused once, never before its time."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from groups.happenings import SessionUnstaffed
from groups.models import PresenceSpan, Session
from groups.services import phases, presence, staffing
from live.models import LogEntry
from peers.models import User
from records import clock, domain
from tests.groups.harbor import SIX, Harbor, connect, harbor

pytestmark = pytest.mark.django_db


def after(seconds: float) -> datetime:
    """A moment after six."""
    return SIX + timedelta(seconds=seconds)


@pytest.fixture
def here() -> Harbor:
    """Harbor at work since six, led by Fay, who had no socket in it yet."""
    here = harbor()
    with clock.at(SIX):
        for to in ("lobby", "opening", "check_in", "work"):
            phases.move(session_id=here.session.pk, by=here.fay.pk, to=to)
    return here


@pytest.fixture
def unstaffed(monkeypatch: pytest.MonkeyPatch) -> list[SessionUnstaffed]:
    """Every `SessionUnstaffed` published."""
    heard: list[SessionUnstaffed] = []
    monkeypatch.setitem(domain._subscribers, SessionUnstaffed, [heard.append])
    return heard


def joins(here: Harbor, who: User, seconds: float) -> None:
    """A socket of theirs joins."""
    with clock.at(after(seconds)):
        presence.joined(person_id=who.pk, room_id=here.room.pk)
        staffing.arrived(session_id=here.session.pk, person_id=who.pk)


def leaves(here: Harbor, who: User, seconds: float) -> None:
    """Their last socket goes."""
    with clock.at(after(seconds)):
        presence.left(person_id=who.pk, room_id=here.room.pk)


def beats(here: Harbor, seconds: float, *people: User) -> None:
    """The server's heartbeat with these people connected."""
    with clock.at(after(seconds)):
        presence.beat([(who.pk, here.room.pk) for who in people])


def look(seconds: float) -> int:
    """A worker looks."""
    with clock.at(after(seconds)):
        return staffing.look(after(seconds))


def test_until_the_leads_first_socket_the_session_stays_open(here: Harbor) -> None:
    joins(here, here.ana, 0)
    joins(here, here.cory, 0)
    leaves(here, here.cory, 5)
    assert look(10_000) == 0
    assert here.fresh().state == Session.State.WORK


def test_while_connected_the_rule_only_looks_again(here: Harbor) -> None:
    joins(here, here.fay, 0)
    for seconds in range(10, 300, 10):
        beats(here, seconds, here.fay)
        assert look(seconds + 0.5) == 0
    assert here.fresh().leading_id == here.fay.pk


def test_half_a_minute_after_the_leads_last_socket_the_co_lead_leads(here: Harbor) -> None:
    joins(here, here.fay, 0)
    joins(here, here.cory, 1)
    leaves(here, here.fay, 7)
    beats(here, 30, here.cory)
    assert look(36.9) == 0
    assert look(37) == 1
    session = here.fresh()
    assert (session.leading_id, session.state) == (here.cory.pk, Session.State.WORK)
    for topic in (here.room.topic, here.room.staff_topic):
        last = LogEntry.objects.filter(topic=topic, type="session.changed").latest("seq").data
        assert (last["reason"], last["leading"]) == ("handed_over", str(here.cory.pk))


def test_a_lead_who_is_back_in_time_keeps_the_lead(here: Harbor) -> None:
    joins(here, here.fay, 0)
    joins(here, here.cory, 0)
    leaves(here, here.fay, 5)
    joins(here, here.fay, 30)
    beats(here, 34, here.fay, here.cory)
    assert look(35) == 0
    assert here.fresh().leading_id == here.fay.pk


def test_a_second_screen_keeps_the_lead(here: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    joins(here, here.fay, 0)
    other = uuid4()
    monkeypatch.setattr(presence, "SERVER", other)
    joins(here, here.fay, 1)
    leaves(here, here.fay, 5)
    PresenceSpan.objects.filter(left_at=None).update(seen_at=after(30))
    assert look(40) == 0


def test_with_nobody_left_the_room_is_paused_and_someone_is_told(
    here: Harbor, unstaffed: list[SessionUnstaffed]
) -> None:
    joins(here, here.fay, 0)
    joins(here, here.ana, 0)
    leaves(here, here.fay, 5)
    beats(here, 30, here.ana)
    assert look(35) == 1
    session = here.fresh()
    assert (session.state, session.paused_from, session.paused_reason) == ("paused", "work", "unstaffed")
    assert [event.session.pk for event in unstaffed] == [session.pk]
    last = LogEntry.objects.filter(topic=here.room.topic, type="session.changed").latest("seq").data
    assert (last["reason"], last["leading"]) == ("unstaffed", None)
    assert look(500) == 0


def test_two_workers_act_once(here: Harbor, unstaffed: list[SessionUnstaffed]) -> None:
    joins(here, here.fay, 0)
    leaves(here, here.fay, 0)
    with clock.at(after(31)):
        assert [staffing.look_at(here.session.pk, after(31)) for _ in range(2)] == [1, 0]
    assert len(unstaffed) == 1
    assert LogEntry.objects.filter(topic=here.room.topic, data__reason="unstaffed").count() == 1


def test_a_worker_killed_half_way_leaves_it_to_the_next(
    here: Harbor, unstaffed: list[SessionUnstaffed], monkeypatch: pytest.MonkeyPatch
) -> None:
    joins(here, here.fay, 0)
    leaves(here, here.fay, 0)

    def killed(event: SessionUnstaffed) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(domain._subscribers, SessionUnstaffed, [killed])
    with pytest.raises(KeyboardInterrupt):
        look(31)
    assert here.fresh().state == Session.State.WORK
    monkeypatch.setitem(domain._subscribers, SessionUnstaffed, [unstaffed.append])
    assert look(32) == 1
    assert len(unstaffed) == 1


def test_a_killed_server_counts_from_its_last_heartbeat(
    here: Harbor, monkeypatch: pytest.MonkeyPatch, unstaffed: list[SessionUnstaffed]
) -> None:
    joins(here, here.fay, 0)
    beats(here, 10, here.fay)
    monkeypatch.setattr(presence, "SERVER", uuid4())
    joins(here, here.ana, 12)
    assert look(39) == 0
    assert look(40) == 1
    assert len(unstaffed) == 1


def test_after_an_outage_of_everything_people_have_time_to_come_back(here: Harbor) -> None:
    joins(here, here.fay, 0)
    joins(here, here.ana, 0)
    assert look(600) == 0  # the worker is back first; nobody could be seen meanwhile
    joins(here, here.fay, 610)
    assert look(630) == 0
    assert here.fresh().state == Session.State.WORK


def test_after_an_outage_a_lead_who_stays_away_is_missed_all_the_same(here: Harbor) -> None:
    joins(here, here.fay, 0)
    assert look(600) == 0
    assert look(630) == 1
    assert here.fresh().paused_reason == "unstaffed"


def test_the_lead_comes_back_resumes_and_leads_again(here: Harbor) -> None:
    joins(here, here.fay, 0)
    joins(here, here.cory, 0)
    leaves(here, here.fay, 1)
    beats(here, 30, here.cory)
    assert look(31) == 1
    leaves(here, here.cory, 35)
    assert look(65) == 1
    assert here.fresh().state == Session.State.PAUSED
    joins(here, here.fay, 100)
    with clock.at(after(101)):
        session = phases.resume(session_id=here.session.pk, by=here.fay.pk)
    assert (session.state, session.leading_id, session.staff_due_at) == ("work", here.fay.pk, after(131))


def test_the_lead_takes_the_lead_back_from_the_co_lead(here: Harbor) -> None:
    joins(here, here.fay, 0)
    joins(here, here.cory, 0)
    leaves(here, here.fay, 1)
    beats(here, 30, here.cory)
    look(31)
    joins(here, here.fay, 40)
    with clock.at(after(41)):
        phases.take_lead(session_id=here.session.pk, by=here.fay.pk)
    assert here.fresh().leading_id == here.fay.pk


def test_a_lead_who_paused_and_went_is_missed_too(here: Harbor, unstaffed: list[SessionUnstaffed]) -> None:
    joins(here, here.fay, 0)
    with clock.at(after(1)):
        phases.pause(session_id=here.session.pk, by=here.fay.pk)
    leaves(here, here.fay, 2)
    assert look(32) == 1
    assert (here.fresh().state, here.fresh().paused_reason) == ("paused", "unstaffed")
    assert len(unstaffed) == 1
    with clock.at(after(60)):
        assert phases.resume(session_id=here.session.pk, by=here.cory.pk).leading_id == here.cory.pk


def test_the_lobby_can_wait(unstaffed: list[SessionUnstaffed]) -> None:
    here = harbor()
    with clock.at(SIX):
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="lobby")
    joins(here, here.fay, 0)
    leaves(here, here.fay, 1)
    assert look(100) == 0
    joins(here, here.fay, 200)
    with clock.at(after(201)):
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="opening")
    leaves(here, here.fay, 202)
    assert look(232) == 1
    assert len(unstaffed) == 1


def test_somebody_else_who_may_lead_takes_over_when_no_co_lead_is_named(here: Harbor) -> None:
    Session.objects.filter(pk=here.session.pk).update(co_lead=None)
    joins(here, here.fay, 0)
    joins(here, here.cory, 0)
    leaves(here, here.fay, 1)
    beats(here, 30, here.cory)
    assert look(31) == 1
    assert here.fresh().leading_id == here.cory.pk


def test_a_session_rolled_forward_waits_for_a_socket_again(here: Harbor) -> None:
    joins(here, here.fay, 0)
    leaves(here, here.fay, 5)
    Session.objects.filter(pk=here.session.pk).update(lead_seen_at=None, staff_due_at=None)
    with clock.at(after(600)):
        phases.pause(session_id=here.session.pk, by=here.cory.pk)
        phases.resume(session_id=here.session.pk, by=here.cory.pk)
    assert look(700) == 0
    assert here.fresh().state == Session.State.WORK


def test_a_lead_with_nothing_but_pages_is_not_watched(here: Harbor) -> None:
    with clock.at(after(1)):
        presence.touched(person_id=here.fay.pk, session_id=here.session.pk)
        phases.pause(session_id=here.session.pk, by=here.fay.pk)
        phases.resume(session_id=here.session.pk, by=here.fay.pk)
    assert look(1000) == 0


def test_another_groups_lead_never_takes_over(here: Harbor) -> None:
    joins(here, here.fay, 0)
    leaves(here, here.fay, 1)
    with clock.at(after(30)):
        connect(here, here.finn)
    assert look(31) == 1
    assert here.fresh().paused_reason == "unstaffed"
