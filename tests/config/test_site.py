"""The site as a whole: what it refuses to start with, its health, its demo, its generated pages."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from config.demo import password, story
from config.demo.cast import PARTICIPANTS, STAFF
from config.env import Env, EnvError, read_env
from config.refusals import problems
from groups.models import Message, Programme, Session
from live import bus
from moderation.models import Case, Escalation
from moderation.worker import Worker
from peers.models import User
from records import chain, clock
from tests.cast import Cast

SAFE = Env(
    mode="production",
    secret_key="k" * 60,
    sealing_keys="k1:x",
    https=True,
    allowed_hosts="clinic.example",
    redis_url="redis://bus",
    database_url="postgres://site@database/holdfast",
    email_url="smtp://mail:25/",
)


def lines(env: Env) -> list[str]:
    """What an operator would read."""
    return [line for line in problems(env) if line]


def test_a_production_site_starts_only_with_everything_it_needs() -> None:
    assert lines(SAFE) == []
    lacks: dict[str, Any] = {
        "secret_key": "short",
        "sealing_keys": "",
        "https": False,
        "allowed_hosts": "",
        "redis_url": "",
    }
    for name, value in (lacks | {"database_url": "sqlite:///x", "email_url": ""}).items():
        (line,) = lines(replace(SAFE, **{name: value}))
        assert "\n" not in line


def test_a_demo_does_not_start_with_production_settings() -> None:
    assert lines(Env(mode="demo")) == []
    assert len(lines(Env(mode="demo", https=True))) == 1
    assert len(lines(Env(mode="demo", allowed_hosts="clinic.example"))) == 1


def test_a_setting_that_cannot_be_read_is_one_line(tmp_path: Any) -> None:
    for wrong in ({"HOLDFAST_MODE": "purple"}, {"HOLDFAST_HTTPS": "perhaps"}, {"HOLDFAST_PROXIES": "two"}):
        with pytest.raises(EnvError) as refused:
            read_env({"HOLDFAST_VAR": str(tmp_path), **wrong})
        assert "\n" not in str(refused.value)


def test_a_setting_may_come_from_a_file_and_keys_are_made_once(tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    given = {"HOLDFAST_VAR": str(tmp_path), "HOLDFAST_CRISIS_LINE_FILE": str(tmp_path / "secret")}
    first, second = read_env(given), read_env(given)
    assert first.crisis_line == "from a file"
    assert first.secret_key == second.secret_key != ""
    assert (tmp_path / "keys.env").stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_health_says_what_is_well_and_nothing_else(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    late = client.get("/healthz")
    assert (late.status_code, late.json()["checks"]["worker"]) == (503, "late")
    Worker(name="test").go_round()
    assert client.get("/healthz").json() == {
        "status": "ok",
        "checks": {"database": "ok", "bus": "ok", "worker": "ok"},
    }
    monkeypatch.setattr(bus, "healthy", lambda: False)
    assert client.get("/healthz").status_code == 503


@pytest.mark.django_db
def test_the_demo_is_loaded_once_and_rolled_forward(settings: Any, tmp_path: Any) -> None:
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    assert story.load() is True
    messages, cases = Message.objects.count(), Case.objects.count()
    assert messages > 40
    assert set(Case.objects.values_list("state", flat=True)) == {"open", "closed"}
    assert set(Escalation.objects.values_list("state", flat=True)) == {"acknowledged", "resolved"}
    with clock.later(hours=6):
        assert story.load() is False
        live = Session.objects.get(state="work")
        assert live.ends_at > clock.now()
    assert (Message.objects.count(), Case.objects.count()) == (messages, cases)
    assert chain.verify().ok


@pytest.mark.django_db
def test_the_cast_is_told_in_demo_mode_only_and_signs_in_straight_away(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    with pytest.raises(CommandError):
        call_command("cast", "--json")
    settings.DEMO = True
    story.load()
    out = StringIO()
    call_command("cast", "--json", stdout=out)
    cast = json.loads(out.getvalue())
    assert {account["email"].partition("@")[0] for account in cast["accounts"]} == {*PARTICIPANTS, *STAFF}
    assert {room["kind"] for room in cast["rooms"]} == {"group", "peer"}
    assert {(one["cohort"], one["state"]) for one in cast["sessions"]} == {("Harbor", "work"), ("Cedar", "scheduled")}
    for account in cast["accounts"]:
        client = Client()
        answer = client.post("/accounts/login/", {"login": account["email"], "password": password.current()})
        assert (answer.status_code, answer["Location"]) == (302, "/home/"), account
        assert client.get("/home/").status_code == 200


@pytest.mark.django_db
def test_the_demo_s_buttons_are_there_in_demo_mode_only(cast: Cast, settings: Any, client: Client) -> None:
    assert "One press signs you in" not in client.get("/accounts/login/").content.decode()
    assert client.post("/demo/sign-in/", {"email": cast.ana.email}).status_code == 404
    settings.DEMO = True
    assert "One press signs you in" in client.get("/accounts/login/").content.decode()
    assert client.post("/demo/sign-in/", {"email": cast.ana.email}).status_code == 302
    assert client.get("/home/").status_code == 200


@pytest.mark.django_db
def test_every_page_even_an_error_has_the_crisis_line_and_the_way_out(
    cast: Cast, client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = client_for(cast.ana)
    ana.raise_request_exception = False
    monkeypatch.setattr("groups.views.home.cohorts_of", lambda user: 1 // 0)
    for path, status in (("/people/", 200), ("/nowhere/", 404), ("/desk/", 403), ("/home/", 500)):
        answer = ana.get(path)
        page = answer.content.decode()
        assert answer.status_code == status
        for needed in ('href="tel:988"', "data-quick-exit", 'lang="en"'):
            assert needed in page, (path, needed)
        assert page.count("<h1") == 1


@pytest.mark.django_db
def test_a_site_begins_with_its_programme_and_one_administrator(client: Client) -> None:
    with pytest.raises(CommandError):
        call_command("first_admin", "not an address", programme="Northside", phone="555-0142")
    call_command("first_admin", "sam@clinic.example", programme="Northside", phone="555-0142", stdout=StringIO())
    assert Programme.objects.get().levels.count() == 3
    assert User.objects.get().grants.get().role == "admin"
    with pytest.raises(CommandError):
        call_command("first_admin", "eva@clinic.example", programme="Northside", phone="555-0142")
    client.post("/accounts/password/reset/", {"email": "sam@clinic.example"})
    assert len(mail.outbox) == 1
    assert "Northside" not in mail.outbox[0].body


@pytest.mark.parametrize("command", ["settings_docs", "permissions", "protocol"])
def test_the_generated_pages_say_what_the_code_says(command: str) -> None:
    call_command(command, "--check")
