"""The life of an invitation: sent, opened, used once; expired, taken back; and who may see the list."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from peers.errors import NotDone
from peers.models import Grant, Invitation, User
from peers.permissions import Role
from peers.services import invitations
from records import clock
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Commit = Any
GOOD = {"display_name": "Rosa", "password": "four quiet herons wade"}


@pytest.fixture
def link(cast: Cast, django_capture_on_commit_callbacks: Commit) -> str:
    """The path in the mail of an invitation to moderate."""
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite(email="Rosa@Clinic.Example", role=Role.MODERATOR, scope=cast.programme.pk, by=cast.sam.pk)
    return path_in_mail()


def path_in_mail() -> str:
    """The path of the link in the newest mail."""
    found = re.search(r"https?://[^/]+(/join/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_the_token_is_in_the_mail_only_and_the_mail_names_nothing(cast: Cast, link: str) -> None:
    token = link.strip("/").rpartition("/")[2]
    kept = Invitation.objects.values().get()
    assert token not in str(kept)
    assert kept["token_hash"] == invitations.digest(token)
    sent = mail.outbox[-1]
    words = f"{sent.subject} {sent.body} {sent.from_email}".replace(token, "").lower()
    for telling in (cast.programme.name, "harbor", "iop", "moderator", "group", "therapy", "treatment", "sam"):
        assert telling.lower() not in words
    assert sent.to == ["rosa@clinic.example"]


def test_taking_it_up_makes_the_account_gives_the_role_and_signs_in(cast: Cast, link: str) -> None:
    client = Client()
    assert "rosa@clinic.example" in client.get(link).content.decode()
    assert client.post(link, GOOD).headers["Location"] == "/home/"
    rosa = User.objects.get(email="rosa@clinic.example")
    assert client.session["_auth_user_id"] == str(rosa.pk)
    assert Grant.objects.get(person=rosa, ended_at=None).role == Role.MODERATOR
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"display_name": "Rosa", "password": "short"}, "too short"),
        ({"display_name": "Rosa", "password": "password123"}, "too common"),
        ({"display_name": "\u2009\u200b", "password": "four quiet herons wade"}, "people can read"),
    ],
)
def test_a_weak_password_or_a_name_nobody_can_read_is_sent_back(link: str, given: dict[str, str], says: str) -> None:
    answer = Client().post(link, given)
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert Invitation.objects.get().used_at is None


def test_it_works_once(link: str) -> None:
    Client().post(link, GOOD)
    again = Client().post(link, {**GOOD, "display_name": "Thief"})
    assert again.status_code == 410
    assert "was used" in again.content.decode()
    assert not User.objects.filter(display_name="Thief").exists()


def test_after_seven_days_it_has_expired(link: str) -> None:
    with clock.later(days=6, hours=23):
        assert Client().get(link).status_code == 200
    with clock.later(days=7, seconds=1):
        answer = Client().post(link, GOOD)
    assert answer.status_code == 410
    assert "expired" in answer.content.decode()


def test_taken_back_it_opens_nothing(cast: Cast, link: str, client_for: SignIn) -> None:
    made = Invitation.objects.get()
    client_for(cast.sam).post(reverse("groups:invitation_revoke", args=[made.pk]))
    answer = Client().get(link)
    assert answer.status_code == 410
    assert "taken back" in answer.content.decode()


def test_a_link_nobody_sent_opens_nothing(cast: Cast) -> None:
    answer = Client().get("/join/nothing/")
    assert answer.status_code == 404
    assert "opens nothing" in answer.content.decode()


def test_a_second_invitation_replaces_the_first(
    cast: Cast, link: str, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite(email="rosa@clinic.example", role=Role.MODERATOR, scope=cast.programme.pk, by=cast.sam.pk)
    assert Client().get(link).status_code == 410
    assert Client().get(path_in_mail()).status_code == 200


def test_an_address_that_signs_in_already_is_not_invited(cast: Cast) -> None:
    with pytest.raises(NotDone):
        invitations.invite(email=cast.ana.email, role=Role.MODERATOR, scope=cast.programme.pk, by=cast.sam.pk)


@pytest.mark.parametrize(
    ("name", "status"),
    [("sam", 200), ("ada", 200), ("kim", 200), ("fay", 403), ("mo", 403), ("ana", 403), ("pat", 403)],
)
def test_who_sees_the_list(cast: Cast, client_for: SignIn, link: str, name: str, status: int) -> None:
    answer = client_for(cast.people[name]).get(reverse("groups:invitations"))
    assert answer.status_code == status
    assert ("rosa@clinic.example" in answer.content.decode()) is (name == "sam")


def test_the_form_invites_and_the_list_has_pages(cast: Cast, client_for: SignIn) -> None:
    client, url = client_for(cast.sam), reverse("groups:invitations")
    for number in range(26):
        given = {"email": f"m{number}@clinic.example", "role": "moderator", "scope": str(cast.programme.pk)}
        assert client.post(url, given).status_code == 302
    assert "1 of 2" in client.get(url).content.decode()
    assert "m0@clinic.example" in client.get(url, {"page": 2}).content.decode()


def test_a_facilitator_is_invited_to_a_group_and_other_staff_to_the_program(cast: Cast, client_for: SignIn) -> None:
    client, url = client_for(cast.sam), reverse("groups:invitations")
    for role, scope in (("facilitator", cast.programme.pk), ("moderator", cast.harbor.pk)):
        answer = client.post(url, {"email": "x@clinic.example", "role": role, "scope": str(scope)})
        assert answer.status_code == 200
    assert not Invitation.objects.exists()
    client.post(url, {"email": "x@clinic.example", "role": "facilitator", "scope": str(cast.harbor.pk)})
    assert Invitation.objects.get().scope == cast.harbor.pk


def test_staff_who_sign_in_already_get_the_role_at_once(cast: Cast, client_for: SignIn) -> None:
    given = {"email": cast.finn.email, "role": "co_facilitator", "scope": str(cast.harbor.pk)}
    client_for(cast.sam).post(reverse("groups:invitations"), given)
    assert Grant.objects.filter(
        person=cast.finn, role=Role.CO_FACILITATOR, scope=cast.harbor.pk, ended_at=None
    ).exists()
    assert not Invitation.objects.exists()
