"""Admission pages: the assessment, a place, steps, discharge; who sees whom, and what nobody may see."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from config.demo.cast import LEGAL_NAMES
from groups.access import is_member
from groups.models import Cohort, Membership, Programme, Room
from groups.services import admission
from groups.zone import local_day
from peers.models import Assessment, Grant, Invitation, Level, Stay, User
from peers.permissions import Role
from records import clock
from records.clock import now
from records.models import AuditRow
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def today(cast: Cast) -> date:
    """The programme's day."""
    return local_day(cast.programme, now())


def filled(cast: Cast, **values: object) -> dict[str, object]:
    """An admission form as somebody fills it in."""
    return {
        "email": "Rosa@Home.Example",
        "legal_name": "Rosalind Quill",
        "birth_date": "1991-02-03",
        "starts_on": today(cast).isoformat(),
        "level": "php",
        "reasons": "Needs structure on most days.",
        "days": ["1", "3"],
        "evening": "on",
        "home_safe": "on",
        "modality_cbt": str(cast.kim.pk),
        "modality_medication": str(cast.lee.pk),
        **values,
    }


def admit_url(cast: Cast) -> str:
    """Admitting somebody to Harbor."""
    return f"{reverse('groups:admit')}?cohort={cast.harbor.pk}"


def person_url(person: User, name: str = "person", *more: object) -> str:
    """A page about one person."""
    return reverse(f"groups:{name}", args=[person.pk, *more])


def test_a_newcomer_is_assessed_gets_a_place_and_takes_up_the_invitation(
    cast: Cast, client_for: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_for(cast.ada).post(admit_url(cast), filled(cast))
    rosa = User.objects.get(email="rosa@home.example")
    assert answer.headers["Location"] == person_url(rosa)
    made = Assessment.objects.get(person=rosa)
    assert admission.reasons_of(made) == "Needs structure on most days."
    assert b"structure" not in bytes(made.reasons_sealed)
    assert {(one.modality, one.clinician) for one in made.modalities.all()} == {
        ("cbt", cast.kim),
        ("medication", cast.lee),
    }
    assert Stay.objects.get(person=rosa).level == Level.PHP
    assert is_member(rosa.pk, cast.harbor)
    peers = client_for(cast.ana).get(reverse("groups:people")).content.decode()
    assert "Newcomer" not in peers  # not before they have a name and have come in
    link = re.search(r"(/join/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    client = Client()
    client.post(link[1], {"display_name": "Rosa", "password": "four quiet herons wade"})
    home = client.get("/home/").content.decode()
    assert "20 h" in home
    assert "partial hospitalization" in home
    assert "with Dr. Kim" in home
    assert "Quill" not in home
    assert client.get(reverse("groups:room", args=[cast.harbor_room.pk])).status_code == 200


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"birth_date": "2015-01-01"}, "under 18"),
        ({"evening": ""}, "daytime, evening, or both"),
        ({"modality_cbt": "", "modality_medication": ""}, "at least one modality"),
        ({"email": "fay@demo.holdfast.test"}, "member of staff"),
        ({"email": "ana@demo.holdfast.test"}, "another birth date"),
        ({"starts_on": "2020-01-01"}, "cannot be in the past"),
    ],
)
def test_what_cannot_be_is_said_clearly_and_nothing_is_kept(
    cast: Cast, client_for: SignIn, values: dict[str, object], says: str
) -> None:
    people, assessed = User.objects.count(), Assessment.objects.count()
    answer = client_for(cast.ada).post(admit_url(cast), filled(cast, **values))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert (User.objects.count(), Assessment.objects.count()) == (people, assessed)
    assert not Invitation.objects.exists()


def test_a_full_group_names_its_places(cast: Cast, client_for: SignIn) -> None:
    Cohort.objects.filter(pk=cast.harbor.pk).update(capacity=4)
    answer = client_for(cast.ada).post(admit_url(cast), filled(cast))
    assert "its 4 places are taken" in answer.content.decode()


def test_somebody_known_comes_back_without_an_invitation(cast: Cast, client_for: SignIn) -> None:
    born = date(1985 + 6, 3, 9 + 6)  # as the cast has it
    given = filled(cast, email=cast.dee.email, birth_date=born.isoformat())
    client_for(cast.ada).post(admit_url(cast), given)
    assert is_member(cast.dee.pk, cast.harbor)
    assert not Invitation.objects.exists()
    assert Stay.objects.filter(person=cast.dee, ends_on=None).get().level == Level.PHP


def test_the_list_searches_by_display_name_and_shows_who_has_left(cast: Cast, client_for: SignIn) -> None:
    client, url = client_for(cast.ada), reverse("groups:admissions")
    everybody = client.get(url).content.decode()
    assert "Ana" in everybody
    assert "Dee" not in everybody
    found = client.get(url, {"q": "an"}).content.decode()
    assert ("Ana" in found, "Ben" in found) == (True, False)
    assert "name like that" in client.get(url, {"q": "zzz"}).content.decode()
    assert "name like that" in client.get(url, {"q": "Castellanos"}).content.decode()  # the legal name is no way in
    assert "Dee" in client.get(url, {"left": "1"}).content.decode()


def test_the_list_has_pages(cast: Cast, client_for: SignIn) -> None:
    for number in range(30):
        person = User.objects.create_user(f"p{number}@test.example", "pw", display_name=f"Zoe {number:02}")
        Membership.objects.create(cohort=cast.harbor, person=person, starts_on=today(cast))
    client, url = client_for(cast.ada), reverse("groups:admissions")
    assert "Zoe 29" not in client.get(url).content.decode()
    assert "Zoe 29" in client.get(url, {"page": 2}).content.decode()


def test_a_legal_name_is_shown_to_who_may_read_it_and_the_reading_is_audited(cast: Cast, client_for: SignIn) -> None:
    page = client_for(cast.fay).get(person_url(cast.ana)).content.decode()
    assert "Ana Castellanos" in page
    assert AuditRow.objects.filter(verb="person.identity_read", actor_id=cast.fay.pk, person_id=cast.ana.pk).exists()
    page = client_for(cast.sam).get(person_url(cast.ana)).content.decode()
    assert "Castellanos" not in page
    assert "Level of care" not in page
    assert not AuditRow.objects.filter(verb="person.identity_read", actor_id=cast.sam.pk).exists()


def test_no_page_a_participant_sees_holds_a_legal_name(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.ana)
    for url in (
        "/home/",
        "/profile/",
        "/help/",
        reverse("groups:people"),
        reverse("groups:room", args=[cast.harbor_room.pk]),
        reverse("groups:room", args=[cast.ana_ben.pk]),
        reverse("groups:session", args=[cast.session.pk]),
        reverse("groups:room_log", args=[cast.harbor_room.pk]),
        person_url(cast.ben),
    ):
        page = client.get(url).content.decode()
        for name in LEGAL_NAMES.values():
            assert name not in page
            assert name.rpartition(" ")[2] not in page


@pytest.mark.parametrize("name", ["ana", "mo", "pat"])
def test_who_looks_after_nobody_sees_nobody(cast: Cast, client_for: SignIn, name: str) -> None:
    client = client_for(cast.people[name])
    assert client.get(reverse("groups:admissions")).status_code == 403
    assert client.get(person_url(cast.ben)).status_code == 404


def test_another_cohorts_facilitator_gets_404(cast: Cast, client_for: SignIn) -> None:
    assert client_for(cast.finn).get(person_url(cast.ana)).status_code == 404
    assert client_for(cast.finn).get(person_url(cast.cal)).status_code == 200


def test_another_programmes_staff_get_404_for_everything(cast: Cast, client_for: SignIn) -> None:
    other = Programme.objects.create(name="Southside", phone="555-0199", phone_hours="", timezone="America/New_York")
    cohort = Cohort.objects.create(programme=other, name="Dune")
    Room.objects.create(kind=Room.Kind.GROUP, cohort=cohort, opened_at=now())
    stranger = User.objects.create_user("over@there.example", "pw", display_name="Over")
    for role in (Role.ADMISSIONS, Role.ADMIN, Role.CLINICIAN):
        Grant.objects.create(person=stranger, role=role, scope=other.pk, granted_at=now())
    client = client_for(stranger)
    for name in ("person", "assess", "step"):
        assert client.get(person_url(cast.ana, name)).status_code == 404
    assert client.get(person_url(cast.ana, "discharge", cast.harbor.pk)).status_code == 404
    assert client.post(person_url(cast.ana, "discharge", cast.harbor.pk), {"when": "now"}).status_code == 404
    assert client.get(admit_url(cast)).status_code == 404
    assert "Ana" not in client.get(reverse("groups:admissions")).content.decode()
    assert is_member(cast.ana.pk, cast.harbor)


def test_a_facilitator_sees_but_does_not_decide(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.fay)
    page = client.get(person_url(cast.ana)).content.decode()
    assert "Discharge" not in page
    assert client.get(person_url(cast.ana, "step")).status_code == 403
    assert client.post(person_url(cast.ana, "discharge", cast.harbor.pk), {"when": "now"}).status_code == 403


def test_stepping_down_on_a_date_from_the_page(cast: Cast, client_for: SignIn) -> None:
    on = today(cast) + timedelta(days=4)
    given = {"level": "op", "on": on.isoformat(), "reason": "Doing well."}
    client_for(cast.kim).post(person_url(cast.ana, "step"), given)
    page = client_for(cast.kim).get(person_url(cast.ana)).content.decode()
    assert "planned from" in page
    assert "Doing well." in page
    ana = client_for(cast.ana)
    assert "of 9 h" in ana.get("/home/").content.decode()
    with clock.later(days=4):
        home = ana.get("/home/").content.decode()
    assert "of 2 h" in home
    assert "with Dr. Kim" in home
    same = client_for(cast.kim).post(person_url(cast.ben, "step"), {**given, "level": "iop"})
    assert "on that day already" in same.content.decode()


def test_discharge_from_the_page_closes_the_room_at_once(cast: Cast, client_for: SignIn) -> None:
    ben, room = client_for(cast.ben), reverse("groups:room", args=[cast.harbor_room.pk])
    assert ben.get(room).status_code == 200
    client_for(cast.ada).post(person_url(cast.ben, "discharge", cast.harbor.pk), {"when": "now"})
    answer = ben.get(room)
    assert answer.status_code == 403
    assert "Your time in Harbor has ended" in answer.content.decode()


def test_a_planned_discharge_needs_its_day(cast: Cast, client_for: SignIn) -> None:
    client, url = client_for(cast.ada), person_url(cast.ben, "discharge", cast.harbor.pk)
    assert "Choose the last day." in client.post(url, {"when": "day"}).content.decode()
    last = today(cast) + timedelta(days=2)
    client.post(url, {"when": "day", "last_day": last.isoformat()})
    assert Membership.objects.get(person=cast.ben).ends_on == last
    assert is_member(cast.ben.pk, cast.harbor)


def test_a_new_assessment_keeps_the_old_and_moves_the_level(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.kim)
    assert client.get(person_url(cast.ana, "assess")).status_code == 200
    client.post(person_url(cast.ana, "assess"), filled(cast, level="op", reasons="Steadier."))
    assert Assessment.objects.filter(person=cast.ana).count() == 2
    page = client.get(person_url(cast.ana)).content.decode()
    assert "Steadier." in page
    assert Stay.objects.get(person=cast.ana, ends_on=None).level == Level.OP


def test_somebody_who_has_not_come_in_is_invited_again(cast: Cast, client_for: SignIn) -> None:
    client = client_for(cast.ada)
    client.post(admit_url(cast), filled(cast))
    rosa = User.objects.get(email="rosa@home.example")
    assert "Send a new invitation" in client.get(person_url(rosa)).content.decode()
    client.post(person_url(rosa, "person_invite"))
    first, second = Invitation.objects.filter(person=rosa).order_by("invited_at")
    assert (first.revoked_at is None, second.revoked_at is None) == (False, True)


def test_admitting_without_a_group_chosen_offers_them_with_their_places(cast: Cast, client_for: SignIn) -> None:
    page = client_for(cast.ada).get(reverse("groups:admit")).content.decode()
    assert "4 of 12 places taken" in page
    assert client_for(cast.ada).get(f"{reverse('groups:admit')}?cohort=nonsense").status_code == 404
    assert client_for(cast.fay).get(reverse("groups:admit")).status_code == 403
