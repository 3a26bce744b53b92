"""The weekly schedule: four weeks ahead, across clock changes, once each, and what a guard refuses is said."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import Settings

from groups.errors import Refused
from groups.models import RefusedSession, Session
from groups.services import phases, presence, schedule, staffing
from groups.services.schedule import SessionWindow
from live.models import LogEntry
from records import clock
from tests.groups.harbor import PLAN, SIX, Harbor, connect, harbor, slot_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)
"""Tuesday, March 3; clocks in New York go forward on Sunday, March 8."""


@pytest.fixture(autouse=True)
def unguarded(settings: Settings) -> None:
    """No guard unless a test sets one."""
    settings.SCHEDULE_GUARDS = []


@pytest.fixture
def here() -> Harbor:
    """Harbor, whose one session so far is yesterday's."""
    return harbor()


def refuse_all(window: SessionWindow) -> str | None:
    """A guard that objects."""
    assert window.ends_at > window.starts_at
    return "Nobody is on call then."


def fill(moment: datetime = NOON) -> int:
    """The sweep, at a moment."""
    with clock.at(moment):
        return schedule.fill(moment)


def made(here: Harbor) -> list[Session]:
    """Sessions made from the schedule, soonest first."""
    return list(Session.objects.filter(cohort=here.cohort).exclude(slot=None).order_by("starts_at"))


def test_four_weeks_ahead_at_the_same_hour_on_the_wall(here: Harbor) -> None:
    slot_of(here, weekday=6)  # Saturdays at 18:00
    assert fill() == 4
    starts = [session.starts_at.isoformat() for session in made(here)]
    assert starts == [
        "2026-03-07T23:00:00+00:00",
        "2026-03-14T22:00:00+00:00",
        "2026-03-21T22:00:00+00:00",
        "2026-03-28T22:00:00+00:00",
    ]
    assert {session.ends_at - session.starts_at for session in made(here)} == {timedelta(minutes=90)}


def test_in_autumn_the_hour_on_the_wall_stays_too(here: Harbor) -> None:
    slot_of(here, weekday=7)
    fill(datetime(2026, 10, 24, 12, tzinfo=UTC))  # clocks go back on November 1
    hours = [session.starts_at.hour for session in made(here)][:2]
    assert hours == [22, 23]


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        (date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),  # skipped: 3:30 after the change
        (date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # twice: the first
    ],
)
def test_hours_that_a_clock_skips_or_repeats(here: Harbor, day: date, wall: time, utc: datetime) -> None:
    slot = slot_of(here, weekday=7, starts=wall)
    window = schedule.window(slot, day)
    assert (window.starts_at, window.ends_at) == (utc, utc + timedelta(minutes=90))


def test_a_session_carries_the_plan_and_who_leads(here: Harbor) -> None:
    slot_of(here)
    fill()
    session = made(here)[0]
    assert (session.title, session.plan, session.lead_id) == ("Harbor evening", PLAN, here.fay.pk)


def test_filling_again_makes_nothing_twice(here: Harbor) -> None:
    slot_of(here)
    first = fill()
    assert (fill(), fill(NOON + timedelta(hours=3)), len(made(here))) == (0, 0, first)


def test_a_week_later_one_more_is_made(here: Harbor) -> None:
    slot_of(here)
    fill()
    assert fill(NOON + timedelta(weeks=1)) == 1


def test_a_moved_or_cancelled_session_is_not_made_again(here: Harbor) -> None:
    slot_of(here)
    fill()
    moved, cancelled = made(here)[:2]
    with clock.at(NOON):
        schedule.move_to(session_id=moved.pk, by=here.fay.pk, starts_at=moved.starts_at + timedelta(days=1))
        schedule.cancel(session_id=cancelled.pk, by=here.fay.pk)
    assert fill() == 0


def test_a_slot_ends_with_its_last_day_and_its_cohort(here: Harbor) -> None:
    slot_of(here, until=date(2026, 3, 16))
    assert fill() == 2
    here.cohort.ends_on = date(2026, 3, 3)
    here.cohort.save()
    assert fill(NOON + timedelta(weeks=5)) == 0


def test_what_a_guard_refuses_is_kept_with_its_reason_until_it_is_made(here: Harbor, settings: Settings) -> None:
    slot_of(here)
    settings.SCHEDULE_GUARDS = [f"{__name__}.refuse_all"]
    assert (fill(), fill()) == (0, 0)
    with clock.at(NOON):
        assert [item.reason for item in schedule.refused(here.cohort.pk)] == ["Nobody is on call then."] * 4
    settings.SCHEDULE_GUARDS = []
    assert fill() == 4
    assert not RefusedSession.objects.exists()


def break_down(window: SessionWindow) -> str | None:
    """A guard that is broken."""
    raise RuntimeError(window.cohort_id)


def test_a_guard_that_breaks_lets_nothing_through(here: Harbor, settings: Settings) -> None:
    slot_of(here)
    settings.SCHEDULE_GUARDS = [f"{__name__}.break_down"]
    assert (fill(), made(here)) == (0, [])


def test_cancelling_tells_everybody_and_cannot_be_done_once_begun(here: Harbor) -> None:
    with clock.at(SIX):
        assert schedule.cancel(session_id=here.session.pk, by=here.fay.pk).state == "cancelled"
        assert schedule.cancel(session_id=here.session.pk, by=here.fay.pk).state == "cancelled"
    for who in (here.ana, here.fay):
        assert LogEntry.objects.filter(topic=f"person:{who.pk}", type="home.changed").count() == 1
    other = harbor()
    with clock.at(SIX):
        for to in ("lobby", "opening"):
            phases.move(session_id=other.session.pk, by=other.fay.pk, to=to)
        with pytest.raises(Refused):
            schedule.cancel(session_id=other.session.pk, by=other.fay.pk)


def test_moving_keeps_the_length_and_tells_everybody(here: Harbor) -> None:
    with clock.at(SIX - timedelta(hours=1)):
        later = SIX + timedelta(days=1)
        session = schedule.move_to(session_id=here.session.pk, by=here.fay.pk, starts_at=later)
    assert (session.starts_at, session.ends_at) == (later, later + timedelta(minutes=90))
    assert LogEntry.objects.filter(topic=f"person:{here.ben.pk}", type="home.changed").exists()


def test_a_session_is_not_moved_into_the_past_onto_another_or_past_a_guard(here: Harbor, settings: Settings) -> None:
    slot_of(here, weekday=3)
    with clock.at(SIX - timedelta(hours=1)):
        fill(SIX - timedelta(hours=1))
        wednesday = made(here)[0].starts_at
        for when in (SIX - timedelta(hours=2), wednesday + timedelta(minutes=30)):
            with pytest.raises(Refused):
                schedule.move_to(session_id=here.session.pk, by=here.fay.pk, starts_at=when)
        settings.SCHEDULE_GUARDS = [f"{__name__}.refuse_all"]
        with pytest.raises(Refused) as refused:
            schedule.move_to(session_id=here.session.pk, by=here.fay.pk, starts_at=SIX + timedelta(hours=5))
    assert refused.value.reason == "Nobody is on call then."
    assert here.fresh().starts_at == SIX


def test_a_demonstrations_session_is_rolled_forward_and_the_absent_lead_forgotten(here: Harbor) -> None:
    with clock.at(SIX):
        for to in ("lobby", "opening", "check_in", "work"):
            phases.move(session_id=here.session.pk, by=here.fay.pk, to=to)
        presence.joined(person_id=here.fay.pk, room_id=here.room.pk)
        staffing.arrived(session_id=here.session.pk, person_id=here.fay.pk)
        connect(here, here.ana)
    week = SIX + timedelta(days=7)
    with clock.at(week):
        schedule.roll_forward(session_id=here.session.pk, gone=timedelta(minutes=35))
        assert staffing.look(week + timedelta(minutes=5)) == 0
    session = here.fresh()
    assert (session.state, session.starts_at) == ("work", week - timedelta(minutes=35))
    assert session.ends_at > week
    assert (session.lead_seen_at, session.staff_due_at) == (None, None)
