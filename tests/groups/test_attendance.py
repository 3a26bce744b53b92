"""Attendance as it is kept: spans to minutes, corrections with a sealed reason, the sheet of everybody."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from groups.errors import Refused
from groups.models import AttendanceCorrection, Membership, PresenceSpan
from groups.services import attendance, phases, presence
from peers.models import User
from records import clock
from records.models import AuditRow
from tests.groups.harbor import SIX, Harbor, harbor

pytestmark = pytest.mark.django_db


def minute(number: float) -> datetime:
    """A moment in minutes after six."""
    return SIX + timedelta(minutes=number)


@pytest.fixture
def here() -> Harbor:
    """A session that ran from 18:00 to 19:30."""
    here = harbor()
    with clock.at(SIX):
        for to in ("lobby", "opening", "check_in", "work", "closing_round"):
            phases.move(session_id=here.session.pk, by=here.fay.pk, to=to)
    return here


def was_there(here: Harbor, who: User, start: float, end: float | None, seen: float | None = None) -> None:
    """One connection, in minutes after six."""
    PresenceSpan.objects.create(
        session=here.session,
        person=who,
        server=uuid4(),
        joined_at=minute(start),
        seen_at=minute(seen if seen is not None else end or start),
        left_at=None if end is None else minute(end),
    )


def end(here: Harbor) -> None:
    """The session ends at 19:30, everybody seen off."""
    with clock.at(minute(90)):
        seen_off = {who.pk: "closed" for who in (here.ana, here.ben, here.eve) if who.pk in people(here)}
        assert phases.end(session_id=here.session.pk, by=here.fay.pk, seen_off=seen_off).ended


def people(here: Harbor) -> set[object]:
    """Everybody with a span."""
    return set(PresenceSpan.objects.filter(session=here.session).values_list("person", flat=True))


def of(here: Harbor, who: User) -> attendance.Counted:
    """One person's attendance."""
    return attendance.of([here.fresh()])[here.session.pk][who.pk]


def test_presence_becomes_minutes_first_join_and_last_leave(here: Harbor) -> None:
    was_there(here, here.ana, -10, 30)
    was_there(here, here.ana, 31, 60)
    was_there(here, here.ana, 70, 95)
    end(here)
    counted = of(here, here.ana)
    assert (counted.minutes, counted.corrected) == (80, False)
    assert (counted.joined_at, counted.left_at) == (minute(-10), minute(95))


def test_who_is_still_connected_at_the_end_left_with_it(here: Harbor) -> None:
    was_there(here, here.ana, 0, None, seen=90)
    end(here)
    assert (of(here, here.ana).minutes, of(here, here.ana).left_at) == (90, minute(90))


def test_who_is_still_there_has_not_left(here: Harbor) -> None:
    was_there(here, here.ana, 0, 10)
    was_there(here, here.ana, 11, None, seen=20)
    with clock.at(minute(20)):
        assert (of(here, here.ana).minutes, of(here, here.ana).left_at) == (20, None)


def test_a_killed_server_counts_to_its_last_heartbeat(here: Harbor) -> None:
    was_there(here, here.ana, 0, None, seen=40)
    presence.close_lost(minute(60))
    end(here)
    assert (of(here, here.ana).minutes, of(here, here.ana).left_at) == (40, minute(40))


def test_a_session_nobody_opened_counts_nothing_for_who_waited() -> None:
    here = harbor()
    with clock.at(SIX):
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="lobby")
    was_there(here, here.ana, 0, 60)
    assert of(here, here.ana).minutes == 0


def test_the_newest_correction_counts_and_all_are_kept_with_sealed_reasons(here: Harbor) -> None:
    was_there(here, here.ana, 0, 30)
    for count, reason in ((45, "Joined by telephone at first."), (60, "Telephone until the end.")):
        with clock.at(minute(100 + count)):
            attendance.correct(
                session_id=here.session.pk, person_id=here.ana.pk, by=here.fay.pk, counted=count, reason=reason
            )
    counted = of(here, here.ana)
    assert (counted.minutes, counted.presence_minutes, counted.corrected) == (60, 30, True)
    kept = attendance.corrections(here.fresh())
    assert [(fix.minutes, why) for fix, why in kept] == [
        (60, "Telephone until the end."),
        (45, "Joined by telephone at first."),
    ]
    assert all(b"elephone" not in bytes(fix.reason_sealed) for fix, _ in kept)
    rows = AuditRow.objects.filter(verb="attendance.correct")
    assert {(row.actor_id, row.person_id) for row in rows} == {(here.fay.pk, here.ana.pk)}
    assert "elephone" not in str([row.detail for row in rows])


@pytest.mark.parametrize(("count", "reason"), [(30, "   "), (-1, "Why"), (1441, "Why")])
def test_a_correction_needs_a_reason_and_possible_minutes(here: Harbor, count: int, reason: str) -> None:
    with pytest.raises(Refused):
        attendance.correct(
            session_id=here.session.pk, person_id=here.ana.pk, by=here.fay.pk, counted=count, reason=reason
        )
    assert not AttendanceCorrection.objects.exists()


def test_only_a_member_of_that_day_is_corrected(here: Harbor) -> None:
    with pytest.raises(Refused):
        attendance.correct(session_id=here.session.pk, person_id=here.finn.pk, by=here.fay.pk, counted=10, reason="No")


def test_the_sheet_lists_members_of_that_day_by_name_and_no_staff(here: Harbor) -> None:
    was_there(here, here.fay, 0, 90)
    was_there(here, here.ben, 0, 90)
    Membership.objects.filter(person=here.eve).update(ended_at=SIX - timedelta(days=3))
    Membership.objects.filter(person=here.ana).update(ended_at=SIX + timedelta(days=3))
    end(here)
    rows = attendance.sheet(here.fresh())
    assert [(row.person.display_name, row.counted.minutes) for row in rows] == [("Ana", 0), ("Ben", 90)]


def test_many_sessions_are_counted_at_once(here: Harbor) -> None:
    was_there(here, here.ana, 0, 30)
    was_there(here, here.ben, 0, 20)
    end(here)
    mine = attendance.of([here.fresh()], person_id=here.ana.pk)
    assert {person: counted.minutes for person, counted in mine[here.session.pk].items()} == {here.ana.pk: 30}
