"""More than 12 places: a supervisor's decision, with a reason that stays sealed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from groups.errors import Refused
from groups.models import Cohort, PlacesAllowed
from groups.services import places
from peers.models import User
from records.models import AuditRow
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
WHY = "Two people change over from the day group <this> week."


def allow(client: Client, cast: Cast, many: int, reason: str = WHY) -> str:
    """What a supervisor's form answers."""
    url = reverse("groups:places_allow", args=[cast.harbor.pk])
    return client.post(url, {"places": str(many), "reason": reason}, follow=True).content.decode()


def test_a_supervisor_allows_more_and_everybody_concerned_reads_why(cast: Cast, client_for: SignIn) -> None:
    said = allow(client_for(cast.sol), cast, 15)
    assert "Harbor has 15 places" in said
    assert "&lt;this&gt; week" in said
    assert "15 places" in client_for(cast.sam).get(reverse("groups:cohort", args=[cast.harbor.pk])).content.decode()
    made = PlacesAllowed.objects.get()
    assert made.by_id == cast.sol.pk
    assert WHY.encode() not in bytes(made.reason_sealed)
    row = AuditRow.objects.get(verb="cohort.allow_places")
    assert WHY not in str(row.__dict__)


def test_the_admin_keeps_or_lowers_what_was_allowed_and_cannot_raise_it(cast: Cast, client_for: SignIn) -> None:
    url = reverse("groups:cohort", args=[cast.harbor.pk])
    given = {"name": "Harbor", "kind": "process", "joining": "rolling"}
    sam = client_for(cast.sam)
    assert "A supervisor can allow more" in sam.post(url, {**given, "capacity": "13"}).content.decode()
    allow(client_for(cast.sol), cast, 14)
    assert sam.post(url, {**given, "capacity": "15"}).status_code == 200
    assert sam.post(url, {**given, "capacity": "14"}).status_code == 302
    assert sam.post(url, {**given, "capacity": "12"}).status_code == 302
    assert places.allowed(Cohort.objects.get(pk=cast.harbor.pk)) is None
    assert sam.post(url, {**given, "capacity": "14"}).status_code == 200


@pytest.mark.parametrize(("many", "reason"), [(12, WHY), (25, WHY), (13, ""), (13, "x" * 2001)])
def test_what_is_no_override_is_refused_and_kept_in_the_form(
    cast: Cast, client_for: SignIn, many: int, reason: str
) -> None:
    said = allow(client_for(cast.sol), cast, many, reason)
    assert '<p class="error">' in said
    assert not PlacesAllowed.objects.exists()
    if len(reason) < 100:
        assert "&lt;this&gt;" in said or not reason


@pytest.mark.parametrize(("name", "status"), [("fay", 403), ("sam", 403), ("kim", 403), ("ana", 403), ("cal", 404)])
def test_only_a_supervisor_decides(cast: Cast, client_for: SignIn, name: str, status: int) -> None:
    client = client_for(cast.people[name])
    assert client.get(reverse("groups:places_allow", args=[cast.harbor.pk])).status_code == status
    assert client.get(reverse("groups:places")).status_code == 403


def test_the_service_guards_its_own_bounds(cast: Cast) -> None:
    for many in (12, places.MOST + 1):
        with pytest.raises(Refused):
            places.allow(cohort_id=cast.harbor.pk, places=many, reason=WHY, by=cast.sol.pk)
