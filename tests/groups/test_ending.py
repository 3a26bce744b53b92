"""The end of a cohort: planned, taken back, and done when its last day is over."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groups.access import is_member
from groups.errors import Refused
from groups.models import Cohort, Membership, Room, Session
from groups.services import ending, enrolment, phases, places, schedule
from groups.services import programme as arrange
from groups.zone import local_day
from live.models import LogEntry
from peers.models import User
from records import clock
from records.clock import now
from records.models import AuditRow
from tests.cast import Cast
from tests.groups.test_enrolment import newcomer

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
S = Session.State


def today(cast: Cast) -> date:
    """The programme's day."""
    return local_day(cast.programme, now())


def weekly(cast: Cast) -> None:
    """Cedar meets every week from three days on, for four weeks ahead."""
    Session.objects.filter(cohort=cast.cedar, state=S.SCHEDULED).delete()
    starts = (now() + timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
    arrange.add_time(
        cohort=cast.cedar,
        weekly=arrange.WeeklyTime(
            weekday=starts.isoweekday(), starts=starts.time(), minutes=60, lead=cast.finn.pk, co_lead=None
        ),
        by=cast.sam.pk,
    )


def planned(cast: Cast) -> list[datetime]:
    """When Cedar meets."""
    found = Session.objects.filter(cohort=cast.cedar, state=S.SCHEDULED).order_by("starts_at")
    return list(found.values_list("starts_at", flat=True))


def test_an_end_cancels_what_was_planned_after_it_and_tells_the_people(cast: Cast) -> None:
    weekly(cast)
    before, told = planned(cast), LogEntry.objects.filter(topic=f"person:{cast.cal.pk}").count()
    ending.plan(cohort_id=cast.cedar.pk, last_day=local_day(cast.programme, before[1]), by=cast.sam.pk)
    assert planned(cast) == before[:2]
    assert LogEntry.objects.filter(topic=f"person:{cast.cal.pk}").count() > told
    schedule.fill(now() + timedelta(days=7))
    assert planned(cast) == before[:2]
    assert AuditRow.objects.filter(verb="cohort.plan_end", subject_id=str(cast.cedar.pk)).exists()


def test_taken_back_it_goes_on_and_only_what_the_end_cancelled_is_planned_anew(cast: Cast) -> None:
    weekly(cast)
    before = planned(cast)
    holiday = Session.objects.get(cohort=cast.cedar, starts_at=before[2], state=S.SCHEDULED)
    schedule.cancel(session_id=holiday.pk, by=cast.finn.pk)
    ending.plan(cohort_id=cast.cedar.pk, last_day=today(cast), by=cast.sam.pk)
    assert planned(cast) == []
    ending.take_back(cohort_id=cast.cedar.pk, by=cast.sam.pk)
    assert planned(cast) == [moment for moment in before if moment != before[2]]
    assert Cohort.objects.get(pk=cast.cedar.pk).ends_on is None


def test_a_later_last_day_gives_the_days_between_back(cast: Cast) -> None:
    weekly(cast)
    before = planned(cast)
    for last in (before[0], before[2]):
        ending.plan(cohort_id=cast.cedar.pk, last_day=local_day(cast.programme, last), by=cast.sam.pk)
    assert planned(cast) == before[:3]


def test_the_day_after_everybody_has_left_and_nobody_joins(cast: Cast) -> None:
    Session.objects.filter(cohort=cast.cedar).delete()
    ending.plan(cohort_id=cast.cedar.pk, last_day=today(cast), by=cast.sam.pk)
    assert enrolment.end_due(now()) == 0
    assert is_member(cast.cal.pk, cast.cedar)
    last, many = today(cast), places.taken(cast.cedar)
    with clock.at(now() + timedelta(days=1)):
        assert enrolment.end_due(now()) == many == 2
        assert enrolment.end_due(now()) == 0
        assert not is_member(cast.cal.pk, cast.cedar)
        assert Membership.objects.get(cohort=cast.cedar, person=cast.cal).ends_on == last
        peer = Room.objects.get(kind=Room.Kind.PEER, cohort=cast.cedar)
        assert peer.closed_at is not None
        with pytest.raises(Refused) as refused:
            enrolment.enrol(cohort_id=cast.cedar.pk, person_id=newcomer(cast).pk, by=cast.ada.pk)
        assert "has ended by then" in refused.value.reason
        with pytest.raises(Refused) as refused:
            ending.take_back(cohort_id=cast.cedar.pk, by=cast.sam.pk)
        assert "has ended" in refused.value.reason
        with pytest.raises(Refused) as refused:
            ending.plan(cohort_id=cast.cedar.pk, last_day=today(cast), by=cast.sam.pk)
        assert "has ended" in refused.value.reason


def test_a_last_session_past_midnight_ends_with_its_people_there(cast: Cast) -> None:
    live = Session.objects.get(cohort=cast.harbor, state=S.WORK)
    ending.plan(cohort_id=cast.harbor.pk, last_day=today(cast), by=cast.sam.pk)
    with clock.at(now() + timedelta(days=1)):
        assert enrolment.end_due(now()) == 0
        phases.end(session_id=live.pk, by=cast.fay.pk, seen_off={})
        Session.objects.filter(pk=live.pk).update(state=S.ENDED)
        assert (
            enrolment.end_due(now()) == Membership.objects.filter(cohort=cast.harbor, ended_at__gte=now()).count() > 0
        )


def test_a_day_gone_by_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        ending.plan(cohort_id=cast.cedar.pk, last_day=today(cast) - timedelta(days=1), by=cast.sam.pk)
    assert "today or a later day" in refused.value.reason
    assert Cohort.objects.get(pk=cast.cedar.pk).ends_on is None


def test_the_page_says_what_follows_before_it_is_so(cast: Cast, client_for: SignIn) -> None:
    weekly(cast)
    client, url = client_for(cast.sam), reverse("groups:cohort_end", args=[cast.cedar.pk])
    assert "Choose its last day" in client.get(url).content.decode()
    assert "today or a later day" in client.get(url, {"last_day": "2020-01-01"}).content.decode()
    asked = client.get(url, {"last_day": today(cast).isoformat()}).content.decode()
    assert "4 planned sessions after it are cancelled now" in asked
    assert Cohort.objects.get(pk=cast.cedar.pk).ends_on is None
    client.post(url, {"last_day": today(cast).isoformat()})
    assert Cohort.objects.get(pk=cast.cedar.pk).ends_on == today(cast)
    assert "Its last day is" in client.get(reverse("groups:cohort", args=[cast.cedar.pk])).content.decode()
    client.post(url, {"take_back": "1"})
    assert Cohort.objects.get(pk=cast.cedar.pk).ends_on is None
    for name, status in (("fay", 404), ("sol", 403), ("ana", 404)):
        assert client_for(cast.people[name]).get(url).status_code == status
