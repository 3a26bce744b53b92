"""The programme's page: cohorts and their times, hours, staff whose role ends at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groups.models import Cohort, Programme, ProgrammeLevel, Room, ScheduleSlot, Session
from live.models import LogEntry
from moderation.models import OnCall
from peers.models import Grant, User
from peers.permissions import Role
from records.clock import now
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NEW = {"name": "Lantern", "kind": "skills", "joining": "rolling", "capacity": "8"}


def slot(cast: Cast, **values: object) -> dict[str, object]:
    """A weekly time three days from now, as somebody fills it in."""
    weekday = (now() + timedelta(days=3)).isoweekday()
    return {"weekday": weekday, "starts": "18:00", "minutes": "90", "lead": str(cast.finn.pk), "co_lead": "", **values}


def url(name: str, *more: object) -> str:
    """An address of the namespace."""
    return reverse(f"groups:{name}", args=more)


@pytest.mark.parametrize(("name", "status"), [("sam", 302), ("ada", 403), ("fay", 403), ("kim", 403), ("ana", 403)])
def test_only_the_admin_arranges(cast: Cast, client_for: SignIn, name: str, status: int) -> None:
    client = client_for(cast.people[name])
    assert client.get(url("programmes")).status_code == status
    expected = 200 if name == "sam" else {"fay": 404, "ana": 404}.get(name, 403)
    assert client.get(url("programme", cast.programme.pk)).status_code == expected
    assert client.get(url("cohort", cast.harbor.pk)).status_code == (200 if name == "sam" else 403)


def test_another_programmes_admin_gets_404(cast: Cast, client_for: SignIn) -> None:
    other = Programme.objects.create(name="Southside", phone="", phone_hours="", timezone="America/New_York")
    stranger = User.objects.create_user("over@there.example", "pw", display_name="Over")
    Grant.objects.create(person=stranger, role=Role.ADMIN, scope=other.pk, granted_at=now())
    client = client_for(stranger)
    assert client.get(url("programme", cast.programme.pk)).status_code == 404
    assert client.get(url("cohort", cast.harbor.pk)).status_code == 404
    assert client.post(url("time_add", cast.harbor.pk), slot(cast)).status_code == 404
    fays = Grant.objects.get(person=cast.fay)
    assert client.post(url("role_end", fays.pk)).status_code == 404
    assert Grant.objects.get(pk=fays.pk).ended_at is None


def test_a_new_group_has_its_rooms(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.sam)
    client.post(url("cohort_new", cast.programme.pk), NEW)
    made = Cohort.objects.get(name="Lantern")
    assert set(Room.objects.filter(cohort=made).values_list("kind", flat=True)) == {"group", "staff"}
    assert "Lantern" in client.get(url("programme", cast.programme.pk)).content.decode()
    assert "No weekly time yet" in client.get(url("cohort", made.pk)).content.decode()
    again = client.post(url("cohort_new", cast.programme.pk), NEW)
    assert "has this name" in again.content.decode()
    large = client.post(url("cohort_new", cast.programme.pk), {**NEW, "name": "Big", "capacity": "13"})
    assert large.status_code == 200
    assert not Cohort.objects.filter(name="Big").exists()


def test_a_group_keeps_room_for_who_is_in_it(cast: Cast, client_for: SignIn) -> None:
    for number in range(4):
        person = User.objects.create_user(f"m{number}@test.example", "pw", display_name="M")
        cast.harbor.memberships.create(person=person, starts_on=now().date())
    client, given = client_for(cast.sam), {**NEW, "name": "Harbor"}
    answer = client.post(url("cohort", cast.harbor.pk), {**given, "capacity": "7"})
    assert "at least 8 places" in answer.content.decode()
    client.post(url("cohort", cast.harbor.pk), {**given, "capacity": "8"})
    assert Cohort.objects.get(pk=cast.harbor.pk).capacity == 8


def test_a_weekly_time_makes_its_sessions_and_stopping_it_cancels_them(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.sam)
    OnCall.objects.update(ends_at=now() + timedelta(days=60))
    assert client.post(url("time_add", cast.cedar.pk), slot(cast)).status_code == 302
    made = ScheduleSlot.objects.get(cohort=cast.cedar)
    assert Session.objects.filter(slot=made, state="scheduled").count() == 4
    page = client.get(url("cohort", cast.cedar.pk)).content.decode()
    assert "18:00" in page
    assert "could not be planned" not in page
    client.post(url("time_end", made.pk))
    assert set(Session.objects.filter(slot=made).values_list("state", flat=True)) == {"cancelled"}


def test_a_time_without_anybody_on_call_is_shown_with_the_reason(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.sam)
    OnCall.objects.all().delete()
    client.post(url("time_add", cast.cedar.pk), slot(cast))
    assert "could not be planned" in client.get(url("cohort", cast.cedar.pk)).content.decode()


def test_a_time_that_overlaps_or_a_stranger_who_leads_is_refused(cast: Cast, client_for: SignIn) -> None:
    client, add = client_for(cast.sam), url("time_add", cast.cedar.pk)
    client.post(add, slot(cast))
    assert "meets then already" in client.post(add, slot(cast, starts="19:00")).content.decode()
    assert client.post(add, slot(cast, starts="19:30")).status_code == 302
    assert client.post(add, slot(cast, starts="10:00", lead=str(cast.fay.pk))).status_code == 200
    assert ScheduleSlot.objects.filter(cohort=cast.cedar).count() == 2


def test_the_hours_of_a_level_are_set_and_iop_keeps_its_least(cast: Cast, client_for: SignIn) -> None:
    client, page = client_for(cast.sam), url("programme", cast.programme.pk)
    client.post(page, {"php": "25", "iop": "10.5", "op": "2"})
    held = dict(ProgrammeLevel.objects.filter(programme=cast.programme).values_list("level", "weekly_minutes"))
    assert held == {"php": 1500, "iop": 630, "op": 120}
    assert client.post(page, {"php": "25", "iop": "8", "op": "2"}).status_code == 200
    assert ProgrammeLevel.objects.get(programme=cast.programme, level="iop").weekly_minutes == 630


def test_a_role_that_ends_closes_its_doors_at_once(cast: Cast, client_for: SignIn) -> None:
    fay, room = client_for(cast.fay), url("room", cast.harbor_room.pk)
    assert fay.get(room).status_code == 200
    client_for(cast.sam).post(url("role_end", Grant.objects.get(person=cast.fay).pk))
    assert fay.get(room).status_code == 404
    assert LogEntry.objects.filter(type="access.recheck", data__person=str(cast.fay.pk)).exists()


def test_the_only_admin_stays(cast: Cast, client_for: SignIn) -> None:
    mine = Grant.objects.get(person=cast.sam)
    answer = client_for(cast.sam).post(url("role_end", mine.pk), follow=True)
    assert "only program admin" in answer.content.decode()
    assert Grant.objects.get(pk=mine.pk).ended_at is None


def test_staff_are_paged_and_found_by_name(cast: Cast, client_for: SignIn) -> None:
    for number in range(30):
        one = User.objects.create_user(f"s{number}@test.example", "pw", display_name=f"Staff {number:02}")
        Grant.objects.create(person=one, role=Role.MODERATOR, scope=cast.harbor.pk, granted_at=now())
    client = client_for(cast.sam)
    first = client.get(url("programme", cast.programme.pk))
    assert len(first.context["page"]) == 25
    assert "1 of 2" in first.content.decode()
    found = client.get(url("programme", cast.programme.pk), {"q": "staff 07"}).content.decode()
    assert "Staff 07" in found
    assert "Staff 08" not in found
    assert "name like that" in client.get(url("programme", cast.programme.pk), {"q": "zzz"}).content.decode()
