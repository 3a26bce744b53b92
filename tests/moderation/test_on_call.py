"""The on-call plan: added, ended, taken out, and never thinned without a word."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from groups.errors import Refused
from groups.models import Session
from moderation.models import OnCall
from moderation.services import on_call
from records import clock
from records.models import AuditRow
from tests.cast import Cast

HOUR = timedelta(hours=1)


def add(cast: Cast, who: str = "lee", rung: int = 1, begins: int = 1, hours: int = 8) -> OnCall:
    """A shift that begins in so many hours."""
    at = clock.now() + begins * HOUR
    return on_call.add(
        programme=cast.programme,
        person=cast.people[who].pk,
        rung=rung,
        starts_at=at,
        ends_at=at + hours * HOUR,
        by=cast.sol.pk,
    )


def local(moment: datetime) -> str:
    """As a browser's date and time field sends it."""
    return moment.strftime("%Y-%m-%dT%H:%M")


def test_a_shift_is_added_and_kept_in_the_audit(cast: Cast) -> None:
    made = add(cast)
    assert made in on_call.shifts(cast.programme, clock.now())
    assert AuditRow.objects.filter(verb="on_call.add", subject_id=str(made.pk), actor_id=cast.sol.pk).exists()


@pytest.mark.parametrize(
    ("who", "begins", "hours", "code"),
    [
        ("lee", 1, 0, "bad_times"),
        ("lee", -9, 8, "bad_times"),
        ("lee", 1, 24 * 7 + 1, "bad_times"),
        ("ana", 1, 8, "not_allowed"),
        ("fay", 1, 8, "not_allowed"),
        ("kim", 1, 8, "overlap"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(cast: Cast, who: str, begins: int, hours: int, code: str) -> None:
    before = OnCall.objects.count()
    with pytest.raises(Refused) as refused:
        add(cast, who, begins=begins, hours=hours)
    assert refused.value.code == code
    assert OnCall.objects.count() == before


def test_ending_keeps_what_was_and_taking_out_leaves_nothing(cast: Cast) -> None:
    running, coming = OnCall.objects.get(person=cast.kim), add(cast)
    on_call.end(shift_id=running.pk, by=cast.sol.pk)
    running.refresh_from_db()
    assert running.ends_at <= clock.now()
    on_call.end(shift_id=coming.pk, by=cast.sol.pk)
    assert not OnCall.objects.filter(pk=coming.pk).exists()
    with pytest.raises(Refused):
        on_call.end(shift_id=running.pk, by=cast.sol.pk)


def test_the_sessions_a_change_would_leave_bare_are_named(cast: Cast) -> None:
    kim, lee = OnCall.objects.get(person=cast.kim), OnCall.objects.get(person=cast.lee)
    assert on_call.bare_after(kim, clock.now()) == []
    on_call.end(shift_id=lee.pk, by=cast.sol.pk)
    assert cast.session in on_call.bare_after(kim, clock.now())
    sol = OnCall.objects.get(person=cast.sol)
    assert on_call.bare_after(sol, clock.now()) == []


def test_the_hour_after_a_session_counts(cast: Cast) -> None:
    Session.objects.exclude(pk=cast.session.pk).delete()
    OnCall.objects.exclude(person=cast.kim).delete()
    kim = OnCall.objects.get()
    until = cast.session.ends_at + timedelta(minutes=30)
    OnCall.objects.filter(pk=kim.pk).update(ends_at=until)
    late = add(cast, begins=0, hours=8)
    OnCall.objects.filter(pk=late.pk).update(starts_at=until, ends_at=until + HOUR)
    late.refresh_from_db()
    assert on_call.bare_after(late, clock.now()) == [cast.session]


def test_a_supervisor_adds_and_ends_by_plain_forms(cast: Cast, client_for: Callable[..., Client]) -> None:
    sol = client_for(cast.sol)
    assert "A clinician is on call at every minute" in sol.get("/on-call/").content.decode()
    begins = clock.now() + HOUR
    given = {"person": str(cast.lee.pk), "rung": "1", "starts_at": local(begins), "ends_at": local(begins - HOUR)}
    refused = sol.post("/on-call/", given)
    assert refused.status_code == 422
    assert "It ends before it begins." in refused.content.decode()
    assert local(begins) in refused.content.decode()
    assert sol.post("/on-call/", given | {"ends_at": local(begins + 2 * HOUR)}).status_code == 302
    made = OnCall.objects.get(person=cast.lee, rung=1)
    path = f"/on-call/{made.pk}/end/"
    assert "No session loses its cover." in sol.get(path).content.decode()
    sol.post(path)
    assert not OnCall.objects.filter(pk=made.pk).exists()
    running = OnCall.objects.get(person=cast.lee)
    OnCall.objects.exclude(pk=running.pk).delete()
    asked = sol.get(f"/on-call/{running.pk}/end/").content.decode()
    assert "No clinician would be on call for" in asked
    assert cast.session.title in asked


def test_a_gap_is_said_in_words(cast: Cast, client_for: Callable[..., Client]) -> None:
    OnCall.objects.all().delete()
    said = client_for(cast.kim).get("/on-call/").content.decode()
    assert "No clinician is on call at some times" in said
    assert "Nobody is planned." in said


def test_clinicians_read_it_and_only_a_supervisor_changes_it(cast: Cast, client_for: Callable[..., Client]) -> None:
    kim = client_for(cast.kim)
    page = kim.get("/on-call/").content.decode()
    assert "Dr. Kim" in page
    assert "Add a shift" not in page
    assert kim.post("/on-call/", {}).status_code == 403
    shift = OnCall.objects.get(person=cast.lee)
    assert kim.post(f"/on-call/{shift.pk}/end/").status_code == 403
    for stranger in (cast.ana, cast.mo, cast.sam):
        assert client_for(stranger).get("/on-call/").status_code == 403
        assert client_for(stranger).post(f"/on-call/{shift.pk}/end/").status_code in (403, 404)
    shift.refresh_from_db()
    assert shift.ends_at > clock.now()


def test_a_long_plan_is_paged(cast: Cast, client_for: Callable[..., Client]) -> None:
    for number in range(30):
        add(cast, begins=1 + 2 * number, hours=1)
    page = client_for(cast.sol).get("/on-call/?page=2").content.decode()
    assert "2 of 2" in page
