"""What happens to sessions by itself: the lobby opens, nothing is cut off, what nobody leads ends."""

from datetime import datetime, timedelta

import pytest

from groups import sweeps
from groups.models import Session
from groups.services import phases, presence
from groups.services.hold import Held
from live.models import LogEntry
from records import clock, due
from tests.groups.harbor import SIX, WINDOW, Harbor, connect, harbor

pytestmark = pytest.mark.django_db
OVER = SIX + WINDOW


@pytest.fixture
def here() -> Harbor:
    """Harbor before its evening."""
    return harbor()


def sweep(moment: datetime) -> None:
    """Every task of sessions, once."""
    with clock.at(moment):
        for task in (sweeps.open_lobbies, presence.close_lost, sweeps.tell_overtime, sweeps.end_overdue):
            task(moment)


def lead(here: Harbor, last: str) -> None:
    """Fay leads it up to a phase at six."""
    hour = ["lobby", "opening", "check_in", "work", "closing_round"]
    with clock.at(SIX):
        for to in hour[: hour.index(last) + 1]:
            phases.move(session_id=here.session.pk, by=here.fay.pk, to=to)


def test_the_worker_has_the_tasks_of_sessions() -> None:
    assert {"session lobbies", "absent leads", "session ends", "lost presence", "weekly schedule"} <= set(due.TASKS)


def test_the_lobby_opens_by_itself_fifteen_minutes_before(here: Harbor) -> None:
    sweep(SIX - timedelta(minutes=16))
    assert here.fresh().state == "scheduled"
    sweep(SIX - timedelta(minutes=15))
    session = here.fresh()
    assert (session.state, session.leading_id, session.began_at) == ("lobby", here.fay.pk, None)
    assert LogEntry.objects.filter(topic=here.room.topic, type="session.changed").count() == 1
    sweep(SIX - timedelta(minutes=14))
    assert LogEntry.objects.filter(topic=here.room.topic, type="session.changed").count() == 1


def test_a_lobby_waits_for_the_session_before(here: Harbor) -> None:
    lead(here, "work")
    after = Session.objects.create(
        cohort=here.cohort, title="Skills", starts_at=OVER, ends_at=OVER + WINDOW, lead=here.fay
    )
    sweep(OVER - timedelta(minutes=10))
    after.refresh_from_db()
    assert after.state == "scheduled"
    with clock.at(OVER):
        phases.end(session_id=here.session.pk, by=here.fay.pk)
    sweep(OVER + timedelta(seconds=1))
    after.refresh_from_db()
    assert after.state == "lobby"


def test_a_session_that_runs_over_is_not_cut_off_and_staff_are_told_once(here: Harbor) -> None:
    lead(here, "work")
    for minutes in (0, 1, 40):
        with clock.at(OVER + timedelta(minutes=minutes)):
            connect(here, here.fay)
        sweep(OVER + timedelta(minutes=minutes))
    assert here.fresh().state == "work"
    assert LogEntry.objects.filter(topic=here.room.staff_topic, type="session.overtime").count() == 1
    assert not LogEntry.objects.filter(topic=here.room.topic, type="session.overtime").exists()


def test_half_an_hour_over_without_anybody_leading_it_ends(here: Harbor) -> None:
    lead(here, "work")
    with clock.at(SIX):
        connect(here, here.ana, here.fay)
    sweep(OVER + timedelta(minutes=29))
    assert here.fresh().state == "work"
    sweep(OVER + timedelta(minutes=30))
    session = here.fresh()
    assert (session.state, session.ended_at) == ("ended", OVER)


def test_a_session_left_open_with_a_forgotten_page_ends_at_last(here: Harbor) -> None:
    lead(here, "work")
    end = OVER + sweeps.LONGEST_OVERTIME
    with clock.at(end):
        connect(here, here.fay)
    sweep(end)
    assert here.fresh().state == "ended"


def test_a_session_nobody_opened_ends_and_never_ran(here: Harbor) -> None:
    sweep(SIX)
    sweep(OVER + timedelta(minutes=30))
    session = here.fresh()
    assert (session.state, session.began_at) == ("ended", None)


def test_a_session_missed_while_the_worker_was_down_is_not_opened_late(here: Harbor) -> None:
    sweep(OVER + timedelta(hours=2))
    assert here.fresh().state == "ended"


def test_a_bad_row_does_not_keep_the_others_waiting(here: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    other = harbor()
    go = phases.go

    def stumble(held: Held, *args: object, **kwargs: object) -> None:
        if held.session.pk == here.session.pk:
            raise RuntimeError("bad row")
        go(held, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(phases, "go", stumble)
    sweep(SIX)
    assert (here.fresh().state, other.fresh().state) == ("scheduled", "lobby")
