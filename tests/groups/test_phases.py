"""Leading a session: only those who lead, only along the graph, told to everybody who follows, ended with everyone."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.errors import Refused
from groups.happenings import SessionMoved
from groups.models import Farewell, Hand, PresenceSpan, Session
from groups.services import farewells, phases, turns
from live.models import LogEntry
from peers.models import Grant
from records import clock, domain
from records.models import AuditRow
from tests.groups.harbor import SIX, Harbor, connect, harbor

pytestmark = pytest.mark.django_db
State = Session.State
HOUR = ["lobby", "opening", "check_in", "work", "closing_round"]


@pytest.fixture
def here() -> Harbor:
    """Harbor at six."""
    return harbor()


def lead_to(here: Harbor, last: str, by: UUID | None = None) -> Session:
    """Lead the session step by step up to `last`."""
    session = here.session
    for to in HOUR[: HOUR.index(last) + 1]:
        session = phases.move(session_id=here.session.pk, by=by or here.fay.pk, to=to)
    return session


def told(topic: str, type_: str = "session.changed") -> list[dict[str, object]]:
    """What a topic was told of one type, oldest first."""
    return list(LogEntry.objects.filter(topic=topic, type=type_).order_by("seq").values_list("data", flat=True))


def test_a_session_is_led_through_its_hour(here: Harbor) -> None:
    with clock.at(SIX):
        session = lead_to(here, "closing_round")
        assert phases.end(session_id=session.pk, by=here.fay.pk).ended
    session = here.fresh()
    assert (session.state, session.began_at, session.ended_at, session.leading_id) == ("ended", SIX, SIX, here.fay.pk)


def test_each_move_is_told_to_members_and_staff_and_kept_in_the_audit(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "work")
    states = ["lobby", "opening", "check_in", "work"]
    assert [kept["state"] for kept in told(here.room.topic)] == states
    assert [kept["state"] for kept in told(here.room.staff_topic)] == states
    moves = AuditRow.objects.filter(verb="session.move").order_by("at", "id")
    assert sorted(row.detail["after"] for row in moves) == sorted(states)
    assert {row.actor_id for row in moves} == {here.fay.pk}


def test_a_move_is_published_in_its_transaction(here: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[SessionMoved] = []
    monkeypatch.setitem(domain._subscribers, SessionMoved, [heard.append])
    with clock.at(SIX):
        lead_to(here, "opening")
    assert [(event.before, event.after) for event in heard] == [("scheduled", "lobby"), ("lobby", "opening")]


@pytest.mark.parametrize("who", ["ana", "finn"])
def test_neither_a_member_nor_another_groups_lead_may_move_it(here: Harbor, who: str) -> None:
    by = getattr(here, who).pk
    with clock.at(SIX):
        for act in (
            lambda: phases.move(session_id=here.session.pk, by=by, to="lobby"),
            lambda: phases.pause(session_id=here.session.pk, by=by),
            lambda: phases.resume(session_id=here.session.pk, by=by),
            lambda: phases.end(session_id=here.session.pk, by=by),
            lambda: phases.take_lead(session_id=here.session.pk, by=by),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "not_allowed"
    assert here.fresh().state == State.SCHEDULED
    assert not told(here.room.topic)


def test_a_role_that_ended_leads_no_more(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "work")
        Grant.objects.filter(person=here.fay).update(ended_at=SIX)
        with pytest.raises(Refused):
            phases.pause(session_id=here.session.pk, by=here.fay.pk)


def test_the_co_lead_has_the_same_console(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "work", by=here.cory.pk)
    assert here.fresh().leading_id == here.cory.pk


def test_said_twice_it_moves_once(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "opening")
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="opening")
    assert len(told(here.room.topic)) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.sampled_from(list(State)), max_size=12))
def test_no_wish_of_a_lead_leaves_the_graph(wishes: list[State]) -> None:
    here = harbor()
    with clock.at(SIX):
        for wish in wishes:
            before = here.fresh()
            allowed = phases.legal(before.state, before.paused_from) - {State.CANCELLED}
            try:
                phases.move(session_id=before.pk, by=here.fay.pk, to=wish)
            except Refused:
                assert here.fresh().state == before.state
                assert wish not in allowed
            else:
                assert here.fresh().state == wish
                assert wish in allowed or wish == before.state


def test_a_pause_returns_to_its_phase_and_gives_the_time_back(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "work")
    with clock.at(SIX + timedelta(minutes=20)):
        phases.pause(session_id=here.session.pk, by=here.fay.pk)
    paused = here.fresh()
    assert (paused.state, paused.paused_from, paused.paused_reason) == ("paused", "work", "lead")
    assert told(here.room.topic)[-1]["until"] is None
    with clock.at(SIX + timedelta(minutes=25)):
        phases.resume(session_id=here.session.pk, by=here.fay.pk)
    assert here.fresh().state == State.WORK
    assert told(here.room.topic)[-1]["until"] == "2026-03-02T23:55:00.000Z"  # 50 minutes of work, 5 of pause


def test_a_paused_session_goes_nowhere_else(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "check_in")
        phases.pause(session_id=here.session.pk, by=here.fay.pk)
        with pytest.raises(Refused) as refused:
            phases.move(session_id=here.session.pk, by=here.fay.pk, to="work")
    assert refused.value.code == "not_now"


def test_only_one_session_of_a_cohort_is_live(here: Harbor) -> None:
    later = Session.objects.create(
        cohort=here.cohort, title="Late", starts_at=SIX, ends_at=SIX + timedelta(hours=1), lead=here.fay
    )
    with clock.at(SIX):
        lead_to(here, "lobby")
        with pytest.raises(Refused) as refused:
            phases.move(session_id=later.pk, by=here.fay.pk, to="lobby")
    assert "Harbor evening is still on" in refused.value.reason
    assert phases.live_session(here.cohort.pk) == here.session


def test_next_weeks_session_is_not_opened_by_mistake(here: Harbor) -> None:
    with clock.at(SIX - timedelta(days=1)), pytest.raises(Refused):
        lead_to(here, "lobby")


def test_ending_names_who_was_not_seen_off_and_waits(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "lobby")
        connect(here, here.fay, here.ana, here.ben)
        lead_to(here, "closing_round")
        ending = phases.end(session_id=here.session.pk, by=here.fay.pk, seen_off={here.ana.pk: "closed"})
        assert not ending.ended
        assert [goodbye.name for goodbye in ending.still_open] == ["Ben"]
        with pytest.raises(Refused) as refused:
            phases.move(session_id=here.session.pk, by=here.fay.pk, to="ended")
        assert "Ben" in refused.value.reason
        assert here.fresh().state == State.CLOSING_ROUND
        assert phases.end(session_id=here.session.pk, by=here.fay.pk, seen_off={here.ben.pk: "handed_off"}).ended
    assert dict(Farewell.objects.values_list("person", "state")) == {here.ana.pk: "closed", here.ben.pk: "handed_off"}


def test_who_left_early_still_has_to_be_seen_off_and_staff_have_not(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "work")
        connect(here, here.fay, here.cory, here.eve)
        PresenceSpan.objects.update(left_at=SIX)
    assert [goodbye.name for goodbye in farewells.of(here.fresh())] == ["Eve"]


def test_passing_in_the_closing_round_is_a_farewell(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "lobby")
        connect(here, here.ana)
        lead_to(here, "closing_round")
        farewells.pass_farewell(session_id=here.session.pk, person_id=here.ana.pk)
        assert phases.end(session_id=here.session.pk, by=here.fay.pk).ended


def test_a_stranger_is_not_seen_off(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "closing_round")
        with pytest.raises(Refused):
            farewells.see_off(session_id=here.session.pk, by=here.fay.pk, states={here.finn.pk: "closed"})


def test_the_end_lowers_hands_and_closes_presence(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "lobby")
        connect(here, here.ana)
        lead_to(here, "closing_round")
        turns.raise_hand(session_id=here.session.pk, person_id=here.ana.pk, up=True)
        phases.end(session_id=here.session.pk, by=here.fay.pk, seen_off={here.ana.pk: "closed"})
    assert not Hand.objects.filter(lowered_at=None).exists()
    assert not PresenceSpan.objects.filter(left_at=None).exists()
    assert [kept["up"] for kept in told(here.room.topic, "hand.changed")] == [True, False]


def test_a_follower_learns_of_every_change_from_the_log_alone(here: Harbor) -> None:
    """The state kept by a client that only hears the topic is the state of the session."""
    with clock.at(SIX):
        lead_to(here, "work")
        phases.pause(session_id=here.session.pk, by=here.fay.pk)
        phases.resume(session_id=here.session.pk, by=here.cory.pk)
        phases.take_lead(session_id=here.session.pk, by=here.cory.pk)
        lead_to_end = phases.move(session_id=here.session.pk, by=here.cory.pk, to="closing_round")
    for topic in (here.room.topic, here.room.staff_topic):
        seqs = list(LogEntry.objects.filter(topic=topic).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))
        last = told(topic)[-1]
        assert (last["state"], last["leading"]) == (lead_to_end.state, str(here.cory.pk))


def test_home_pages_hear_of_the_lobby_and_the_end(here: Harbor) -> None:
    with clock.at(SIX):
        lead_to(here, "closing_round")
        phases.end(session_id=here.session.pk, by=here.fay.pk)
    assert told(f"person:{here.ana.pk}", "home.changed") == [{"what": "session"}] * 2
