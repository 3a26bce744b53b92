"""Runs beside a private site: makes a cohort for each conversation, everybody signed in, its session live in work.

python -m bench.prepare < '[{"speakers": […]}, …]'      last line: {"rooms": […], "intruder": cookie, …}
python -m bench.prepare count                            last line: {"flags": n, "cases": n}
"""

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.conf import settings  # noqa: E402  (apps first)
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402

from groups.models import Cohort, Membership, Programme, Room, Session  # noqa: E402
from groups.zone import local_day  # noqa: E402
from moderation.models import Case, Flag  # noqa: E402
from peers.models import User  # noqa: E402
from records.clock import now  # noqa: E402


def prepare(conversations: list[dict[str, Any]]) -> dict[str, Any]:
    """A room for each conversation, with a cookie for each speaker and one for a listener; and one for a stranger."""
    with transaction.atomic():
        programme = Programme.objects.create(name="Replay", phone="555-0100", phone_hours="always", timezone="UTC")
        lead = _person("lead", "Lead")
        rooms = [_room(programme, lead, number, one["speakers"]) for number, one in enumerate(conversations)]
        stranger = _room(programme, lead, len(conversations), ["stranger"])
    return {"rooms": rooms, "intruder": stranger["cookies"][0], "elsewhere": stranger["room"]}


def _room(programme: Programme, lead: User, number: int, speakers: list[str]) -> dict[str, Any]:
    name = f"Cohort {number} {uuid4().hex[:8]}"
    cohort = Cohort.objects.create(programme=programme, name=name, capacity=len(speakers) + 1)
    room = Room.objects.create(kind=Room.Kind.GROUP, cohort=cohort, opened_at=now())
    people = [_person(f"{number}-{place}", name[:40] or "?") for place, name in enumerate([*speakers, "listener"])]
    starts_on = local_day(programme, now())
    Membership.objects.bulk_create([Membership(cohort=cohort, person=person, starts_on=starts_on) for person in people])
    Session.objects.create(
        cohort=cohort,
        title="Replay",
        starts_at=now(),
        ends_at=now() + timedelta(hours=12),
        lead=lead,
        leading=lead,
        state=Session.State.WORK,
        state_since=now(),
        phase_since=now(),
        began_at=now(),
    )
    return {
        "room": str(room.pk),
        "cohort": name,
        "cookies": [_cookie(person) for person in people],
        "emails": [person.email for person in people],
    }


def _person(name: str, display_name: str) -> User:
    person = User(email=f"{name}-{uuid4().hex[:8]}@replay.test", display_name=display_name)
    person.set_unusable_password()
    person.save()
    return person


def _cookie(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


if __name__ == "__main__":
    if sys.argv[1:] == ["count"]:
        answer: dict[str, Any] = {"flags": Flag.objects.count(), "cases": Case.objects.count()}
    else:
        answer = prepare(json.load(sys.stdin))
    print(json.dumps(answer))
