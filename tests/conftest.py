"""What every test may ask for."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from groups.services import known_rooms
from live import bus, threads
from peers.models import User
from records import sealing
from tests.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process remembers opened keys and an absent bus; a test must not inherit them."""
    sealing.forget_keys()
    monkeypatch.setattr(bus, "_away_until", 0.0)
    # Tests change rows behind the product's back; `tests/groups/test_known_rooms.py` gives it its memory back.
    monkeypatch.setattr(known_rooms, "REMEMBER_SECONDS", 0.0)
    known_rooms.forget()
    yield
    threads.stop()


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, with Harbor's session live in work."""
    return make_cast()


@pytest.fixture
def live_cast(transactional_db: None) -> Cast:
    """The cast, committed, so that other threads and sockets see it."""
    return make_cast()


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """A signed-in test client for a person."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
