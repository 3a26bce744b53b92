"""Enrolling and discharge: who may join, what ends at once, what ends on a day, and the command."""

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from groups.access import is_member
from groups.errors import Refused
from groups.models import Cohort, Membership, Room
from groups.services import enrolment, hours
from groups.zone import local_day
from live.models import LogEntry
from peers.errors import NotDone
from peers.models import Level, Stay, User
from peers.services import identity, stays
from records import clock, due
from records.clock import now
from records.models import AuditRow
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def newcomer(cast: Cast, born: date = date(1990, 5, 4)) -> User:
    """Somebody who belongs to no cohort yet."""
    count = User.objects.count()
    person = User.objects.create_user(f"new{count}@test.example", "pw", display_name=f"New {count}")
    identity.keep(person=person, by=cast.ada.pk, legal_name="Nobody Knows", birth_date=born)
    return person


def today(cast: Cast) -> date:
    """The programme's day."""
    return local_day(cast.programme, now())


def test_somebody_enrolled_today_is_a_member_and_it_is_audited(cast: Cast) -> None:
    person = newcomer(cast)
    enrolment.enrol(cohort_id=cast.harbor.pk, person_id=person.pk, by=cast.ada.pk)
    assert is_member(person.pk, cast.harbor)
    assert AuditRow.objects.filter(verb="membership.start", person_id=person.pk, actor_id=cast.ada.pk).exists()


@pytest.mark.parametrize(("days_short", "refused"), [(1, True), (0, False)])
def test_under_18_is_refused_until_the_birthday(cast: Cast, days_short: int, refused: bool) -> None:
    day = date(2027, 6, 1)
    born = date(2009, 6, 1) + timedelta(days=days_short)
    person = newcomer(cast, born)
    with clock.at(now().replace(year=2027, month=6, day=1, hour=18)):
        if not refused:
            assert enrolment.enrol(cohort_id=cast.harbor.pk, person_id=person.pk, by=cast.ada.pk).starts_on == day
            return
        with pytest.raises(Refused) as error:
            enrolment.enrol(cohort_id=cast.harbor.pk, person_id=person.pk, by=cast.ada.pk)
    assert "under 18" in error.value.reason
    assert not Membership.objects.filter(person=person).exists()


def test_the_adolescent_track_lets_somebody_under_18_in(cast: Cast) -> None:
    person = newcomer(cast, today(cast) - timedelta(days=15 * 366))
    cast.programme.adolescent_track = True
    cast.programme.save()
    enrolment.enrol(cohort_id=cast.harbor.pk, person_id=person.pk, by=cast.ada.pk)
    assert is_member(person.pk, cast.harbor)


def test_a_full_cohort_names_its_number(cast: Cast) -> None:
    Cohort.objects.filter(pk=cast.harbor.pk).update(capacity=4)
    with pytest.raises(Refused) as error:
        enrolment.enrol(cohort_id=cast.harbor.pk, person_id=newcomer(cast).pk, by=cast.ada.pk)
    assert "4 places" in error.value.reason


def test_a_place_that_was_left_is_free_again(cast: Cast) -> None:
    Cohort.objects.filter(pk=cast.harbor.pk).update(capacity=4)
    enrolment.discharge(cohort_id=cast.harbor.pk, person_id=cast.gus.pk, by=cast.ada.pk)
    enrolment.enrol(cohort_id=cast.harbor.pk, person_id=newcomer(cast).pk, by=cast.ada.pk)


def test_a_closed_cohort_takes_nobody_new_once_it_has_met(cast: Cast) -> None:
    Cohort.objects.update(joining=Cohort.Joining.CLOSED)
    with pytest.raises(Refused) as error:
        enrolment.enrol(cohort_id=cast.harbor.pk, person_id=newcomer(cast).pk, by=cast.ada.pk)
    assert "closed" in error.value.reason
    enrolment.enrol(cohort_id=cast.cedar.pk, person_id=newcomer(cast).pk, by=cast.ada.pk)  # Cedar has not met yet
    enrolment.enrol(cohort_id=cast.harbor.pk, person_id=cast.dee.pk, by=cast.ada.pk)  # Dee comes back


def test_nobody_is_enrolled_twice(cast: Cast) -> None:
    with pytest.raises(Refused) as error:
        enrolment.enrol(cohort_id=cast.harbor.pk, person_id=cast.ana.pk, by=cast.ada.pk)
    assert "already" in error.value.reason


def test_discharge_closes_the_room_at_once_with_kind_words(cast: Cast, client_for: SignIn) -> None:
    client, room = client_for(cast.ben), reverse("groups:room", args=[cast.harbor_room.pk])
    assert client.get(room).status_code == 200
    enrolment.discharge(cohort_id=cast.harbor.pk, person_id=cast.ben.pk, by=cast.ada.pk)
    answer = client.get(room)
    assert answer.status_code == 403
    assert "Thank you for being part of it" in answer.content.decode()
    recheck = LogEntry.objects.filter(type="access.recheck", data__person=str(cast.ben.pk))
    assert recheck.exists()
    assert Room.objects.get(pk=cast.ana_ben.pk).closed_at is not None
    assert Stay.objects.get(person=cast.ben).ends_on == today(cast)


def test_a_planned_discharge_holds_to_its_last_day_and_ends_by_itself(cast: Cast) -> None:
    last = today(cast) + timedelta(days=2)
    enrolment.discharge(cohort_id=cast.harbor.pk, person_id=cast.ben.pk, by=cast.ada.pk, last_day=last)
    sweep = due.TASKS["planned discharges"].run
    with clock.later(days=2):
        assert is_member(cast.ben.pk, cast.harbor)
        assert sweep(now()) == 0
    with clock.later(days=3):
        assert not is_member(cast.ben.pk, cast.harbor)
        assert sweep(now()) == 1
        assert sweep(now()) == 0
    membership = Membership.objects.get(person=cast.ben)
    assert membership.ended_at is not None
    assert membership.ended_by_id == cast.ada.pk
    assert Stay.objects.get(person=cast.ben).ends_on == last


def test_a_last_day_gone_by_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        enrolment.discharge(
            cohort_id=cast.harbor.pk, person_id=cast.ben.pk, by=cast.ada.pk, last_day=today(cast) - timedelta(days=1)
        )


def test_the_command_discharges_in_any_case_of_the_address(cast: Cast) -> None:
    out = StringIO()
    call_command("discharge", cast.ben.email.upper(), "--cohort", "Harbor", stdout=out)
    assert not is_member(cast.ben.pk, cast.harbor)
    assert out.getvalue().strip() == "Discharged from Harbor."


@pytest.mark.parametrize(
    ("email", "cohort"),
    [
        ("nobody@demo.holdfast.test", "Harbor"),
        ("ben@demo.holdfast.test", "Nowhere"),
        ("cal@demo.holdfast.test", "Harbor"),
    ],
)
def test_the_command_says_in_one_line_why_not(cast: Cast, email: str, cohort: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("discharge", email, "--cohort", cohort)
    assert str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.returncode != 0


def test_a_step_down_on_a_date_switches_the_target_that_day_and_keeps_the_rest(cast: Cast) -> None:
    on = today(cast) + timedelta(days=3)
    stays.step(
        person_id=cast.ana.pk,
        programme_id=cast.programme.pk,
        level=Level.OP,
        on=on,
        today=today(cast),
        by=cast.ada.pk,
        reason="Steady for three weeks.",
    )
    with clock.later(days=2):
        week = hours.week_of(cast.ana, [cast.harbor], cast.programme)
        assert (week.level, week.target) == (Level.IOP, 9 * 60)
    with clock.later(days=3):
        week = hours.week_of(cast.ana, [cast.harbor], cast.programme)
        assert (week.level, week.target) == (Level.OP, 2 * 60)
        assert is_member(cast.ana.pk, cast.harbor)
    assert [stay.level for stay in stays.history(cast.ana.pk, cast.programme.pk)] == [Level.OP, Level.IOP]
    assert stays.reason_of(stays.history(cast.ana.pk, cast.programme.pk)[0]) == "Steady for three weeks."


def test_a_step_changed_before_its_day_leaves_one_plan(cast: Cast) -> None:
    for level, days in ((Level.OP, 3), (Level.PHP, 1), (Level.OP, 1)):
        stays.step(
            person_id=cast.ana.pk,
            programme_id=cast.programme.pk,
            level=level,
            on=today(cast) + timedelta(days=days),
            today=today(cast),
            by=cast.ada.pk,
            reason="",
        )
    newest, first = stays.history(cast.ana.pk, cast.programme.pk)
    assert (newest.level, newest.starts_on, newest.ends_on) == (Level.OP, today(cast) + timedelta(days=1), None)
    assert first.ends_on == today(cast)


@pytest.mark.parametrize(("level", "days"), [(Level.IOP, 1), (Level.OP, -1)])
def test_a_step_to_the_same_level_or_into_the_past_is_refused(cast: Cast, level: Level, days: int) -> None:
    with pytest.raises(NotDone):
        stays.step(
            person_id=cast.ana.pk,
            programme_id=cast.programme.pk,
            level=level,
            on=today(cast) + timedelta(days=days),
            today=today(cast),
            by=cast.ada.pk,
            reason="",
        )
