"""Signing in and out, a new password, a reset that staff start, and the pages around them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from live.models import LogEntry
from live.revoke import digest
from peers.models import Grant, User
from records.models import AuditRow
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NEW = "seven slow tides turning"


def signed_in(person: User) -> Client:
    """A client that came in by the sign-in page."""
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)
    return client


def closed_sockets() -> list[dict[str, Any]]:
    """What the hubs were told about sign-ins that ended."""
    return list(LogEntry.objects.filter(type="access.signed_out").order_by("seq").values_list("data", flat=True))


def path_in_mail() -> str:
    """The path of the link in the newest mail."""
    found = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def words_in_mail() -> str:
    """What the newest mail says, without its link: a token may happen to spell anything."""
    return f"{mail.outbox[-1].subject} {mail.outbox[-1].body}".replace(path_in_mail(), "").lower()


def choose(link: str, password: str = NEW) -> Any:
    """Open a reset link and choose a password."""
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    return client.post(form, {"password1": password, "password2": password}, follow=True)


def test_thirty_sign_ins_a_minute_from_one_address_are_ordinary(cast: Cast) -> None:
    for number in range(30):
        client = Client()
        person = list(cast.people.values())[number % len(cast.people)]
        answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        assert (number, answer.status_code, answer.headers.get("Location")) == (number, 302, "/home/")


def test_a_wrong_password_says_so_without_saying_who_exists(cast: Cast) -> None:
    pages = [
        Client().post("/accounts/login/", {"login": login, "password": "wrong one here"}).content.decode()
        for login in (cast.ana.email, "nobody@demo.holdfast.test")
    ]
    errors = [re.findall(r'role="alert".*?</p>', page, re.S) for page in pages]
    assert errors[0] == errors[1] != []


def test_signing_out_closes_the_sockets_of_that_sign_in_only(cast: Cast) -> None:
    phone, laptop = signed_in(cast.ana), signed_in(cast.ana)
    key = phone.session.session_key
    assert key is not None
    phone.post("/accounts/logout/")
    assert closed_sockets() == [{"person": None, "session": digest(key)}]
    assert phone.get("/home/").status_code == 302
    assert laptop.get("/home/").status_code == 200


def test_signing_out_everywhere_ends_every_sign_in(cast: Cast) -> None:
    phone, laptop, ben = signed_in(cast.ana), signed_in(cast.ana), signed_in(cast.ben)
    phone.post(reverse("peers:sign_out_everywhere"))
    assert [client.get("/home/").status_code for client in (phone, laptop, ben)] == [302, 302, 200]
    assert {"person": str(cast.ana.pk), "session": None} in closed_sockets()


def test_a_new_password_signs_the_other_devices_out_and_keeps_this_one(cast: Cast) -> None:
    phone, laptop = signed_in(cast.ana), signed_in(cast.ana)
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert phone.post(reverse("account_change_password"), given).status_code == 302
    assert [client.get("/home/").status_code for client in (phone, laptop)] == [200, 302]
    assert {"person": str(cast.ana.pk), "session": None} in closed_sockets()


def test_a_forgotten_password_is_reset_by_mail_in_neutral_words(cast: Cast) -> None:
    before = signed_in(cast.ana)
    done = Client().post(reverse("account_reset_password"), {"email": cast.ana.email}, follow=True)
    assert "Look in your mail" in done.content.decode()
    words = words_in_mail()
    for telling in ("northside", "harbor", "iop", "holdfast", "ana", "example.com", "hello"):
        assert telling not in words
    link = path_in_mail()
    assert "Your password is new" in choose(link).content.decode()
    assert before.get("/home/").status_code == 302
    assert Client().post("/accounts/login/", {"login": cast.ana.email, "password": NEW}).status_code == 302
    assert "opens nothing any more" in Client().get(link, follow=True).content.decode()


def test_a_reset_for_an_unknown_address_looks_the_same_and_sends_nothing(cast: Cast) -> None:
    done = Client().post(reverse("account_reset_password"), {"email": "who@nowhere.example"}, follow=True)
    assert "Look in your mail" in done.content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["fay", "ada", "sol", "sam"])
def test_staff_start_a_reset_whose_link_is_shown_once_and_works_once(cast: Cast, client_for: SignIn, name: str) -> None:
    client, url = client_for(cast.people[name]), reverse("groups:person_reset", args=[cast.ana.pk])
    page = client.post(url, {"how": "show"}).content.decode()
    found = re.search(r'value="https?://[^/]+(/accounts/[^"]+)"', page)
    assert found is not None
    assert found[1] not in client.get(url).content.decode()
    assert mail.outbox == []
    row = AuditRow.objects.get(verb="person.reset")
    assert (row.actor_id, row.person_id, row.detail) == (cast.people[name].pk, cast.ana.pk, {"mailed": False})
    assert "Your password is new" in choose(found[1]).content.decode()
    assert "opens nothing any more" in Client().get(found[1], follow=True).content.decode()


def test_a_reset_by_mail_names_nothing(cast: Cast, client_for: SignIn, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client_for(cast.ada).post(reverse("groups:person_reset", args=[cast.ana.pk]), {"how": "mail"})
    words = words_in_mail()
    for telling in ("northside", "harbor", "iop", "holdfast", "ana", "ada"):
        assert telling not in words
    assert "Your password is new" in choose(path_in_mail()).content.decode()


@pytest.mark.parametrize(("name", "status"), [("kim", 403), ("finn", 404), ("mo", 404), ("ben", 404), ("pat", 404)])
def test_nobody_else_starts_a_reset(cast: Cast, client_for: SignIn, name: str, status: int) -> None:
    answer = client_for(cast.people[name]).post(reverse("groups:person_reset", args=[cast.ana.pk]), {"how": "show"})
    assert answer.status_code == status
    assert not AuditRow.objects.filter(verb="person.reset").exists()


def test_a_colleagues_reset_goes_by_mail_only_and_only_from_the_admin(
    cast: Cast, client_for: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    url = reverse("groups:staff_reset", args=[Grant.objects.get(person=cast.fay).pk])
    assert client_for(cast.ada).post(url).status_code == 403
    assert client_for(cast.cory).post(url).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_for(cast.sam).post(url, follow=True)
    assert "/password/reset/key/" not in answer.content.decode()
    assert mail.outbox[-1].to == [cast.fay.email]


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_signup",
        "account_inactive",
    ],
)
def test_every_page_before_signing_in_is_in_our_hand(cast: Cast, name: str) -> None:
    page = Client().get(reverse(name)).content.decode()
    assert page.count("<h1") == 1
    assert 'lang="en"' in page
    assert "data-quick-exit" in page
    assert "tel:988" in page
    assert "style=" not in page
    assert "site.css" in page


def test_the_second_step_is_in_our_hand(cast: Cast) -> None:
    client = signed_in(cast.fay)
    for name in (
        "mfa_index",
        "account_change_password",
        "account_logout",
        "mfa_activate_totp",
        "account_reauthenticate",
    ):
        page = client.get(reverse(name), follow=True).content.decode()
        assert page.count("<h1") == 1, name
        assert "data-quick-exit" in page, name
        assert "style=" not in page, name
        assert 'class="button' in page, name
