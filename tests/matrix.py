"""Measuring who is let in where. `WRITE_ROLE_MATRIX=1 pytest tests/test_role_matrix.py` writes the table."""

import csv
import json
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import uuid4

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from groups.models import Room, ScheduleSlot
from groups.services import posting
from live.commands import COMMANDS
from live.hub import stop_hub
from live.socket import endpoint
from live.threads import reads
from live.topics import may_follow
from moderation.models import Case, Escalation, OnCall
from peers.models import Grant, User
from peers.permissions import Role
from peers.services import invitations
from tests.cast import Cast

TABLE = Path(__file__).with_name("role_matrix.csv")
WHO = ("nobody", "ana", "cal", "dee", "fay", "cory", "finn", "mo", "kim", "sol", "ada", "sam", "pat")
"""Harbor's things, visited by: a stranger, a member, another cohort's member, a former member, then the staff."""
SKIPPED = ("accounts/", "static/")
"""allauth's own pages are its own tests' matter."""


async def measure(cast: Cast) -> dict[str, dict[str, str]]:
    """What everybody gets, everywhere."""
    found: dict[str, dict[str, str]] = {}
    things = await sync_to_async(_things)(cast)
    for route in sorted({route for route in _routes(get_resolver()) if not route.startswith(SKIPPED)}):
        path = _fill(route, things)
        got = {who: await sync_to_async(_visit)(cast, who, path) for who in WHO}
        found[f"GET /{route}"] = got
        if "405" in got.values():
            found[f"POST /{route}"] = {who: await sync_to_async(_send)(cast, who, path) for who in WHO}
    for name in sorted(COMMANDS):
        found[f"socket {name}"] = {who: await _command(cast, who, name, things) for who in WHO}
    for kind in (
        "room:{room}",
        "room:{room}:staff",
        "room:{peer}",
        "person:{person}",
        "desk:{cohort}",
        "system:access",
    ):
        topic = kind.format(**{key: value for key, value in things.items() if isinstance(value, str)})
        found[f"topic {kind}"] = {who: await sync_to_async(_follows)(cast, who, topic) for who in WHO}
    await stop_hub()
    return found


def _things(cast: Cast) -> dict[str, Any]:
    """Something of Harbor's for every kind of id in an address."""
    posted = posting.post(person_id=cast.ben.pk, room_id=cast.harbor_room.pk, cid=str(uuid4()), text="Good evening")
    posting.post(person_id=cast.ben.pk, room_id=cast.harbor_room.pk, cid=str(uuid4()), text="I want to die.")
    slot = ScheduleSlot.objects.create(
        cohort=cast.harbor, weekday=1, starts=time(18), minutes=90, lead=cast.fay, until=date(2020, 1, 1)
    )
    invited = invitations.invite(
        email="new@clinic.example", role=Role.MODERATOR, scope=cast.programme.pk, by=cast.sam.pk
    )
    return {
        "slot": str(slot.pk),
        "invitation": str(invited.pk),
        "grant": str(Grant.objects.get(person=cast.fay).pk),
        "room": str(cast.harbor_room.pk),
        "peer": str(cast.ana_ben.pk),
        "session": str(cast.session.pk),
        "message": str(posted.message_id),
        "person": str(cast.ana.pk),
        "cohort": str(cast.harbor.pk),
        "programme": str(cast.programme.pk),
        "case": str(Case.objects.get(lane="care").pk),
        "shift": str(OnCall.objects.get(person=cast.lee, rung=2).pk),
        "escalation": str(Escalation.objects.get().pk),
        "connection": str(Room.objects.get(pk=cast.ana_ben.pk).connection_id),
    }


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern, route)


def _fill(route: str, things: dict[str, Any]) -> str:
    path = "/" + route
    while "<" in path:
        start, end = path.index("<"), path.index(">")
        kind, _, name = path[start + 1 : end].rpartition(":")
        thing = things.get(name.removesuffix("_id"), str(uuid4()) if kind == "uuid" else "unknown")
        path = path[:start] + str(thing) + path[end + 1 :]
    return path


def _person(cast: Cast, who: str) -> User | AnonymousUser:
    return AnonymousUser() if who == "nobody" else cast.people[who]


def _visit(cast: Cast, who: str, path: str) -> str:
    client = Client(raise_request_exception=False)
    person = _person(cast, who)
    if isinstance(person, User):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return _said(client.get(path))


def _send(cast: Cast, who: str, path: str) -> str:
    """An empty form; whatever it does is undone."""
    client = Client(raise_request_exception=False)
    person = _person(cast, who)
    if isinstance(person, User):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    with transaction.atomic():
        answer = _said(client.post(path, {}))
        transaction.set_rollback(True)
    return answer


def _said(answer: Any) -> str:
    if answer.status_code == 302:
        return "sign in" if "/accounts/login/" in answer["Location"] else "302"
    return str(answer.status_code)


async def _command(cast: Cast, who: str, name: str, things: dict[str, Any]) -> str:
    socket = WebsocketCommunicator(endpoint, "/ws/")
    socket.scope["user"] = _person(cast, who)
    socket.scope["session"] = SessionStore()
    await reads(socket.scope["session"].create)
    await socket.connect(timeout=5)
    fields = {
        "room": things["room"],
        "session": things["session"],
        "message": things["message"],
        "person": things["person"],
        "topic": f"desk:{things['cohort']}",
        "text": "Good evening",
        "seq": 1,
        "speaking": None,
        "to": "work",
        "state": "closed",
        "up": False,
    }
    wanted = set(COMMANDS[name].frame.__dataclass_fields__)  # type: ignore[attr-defined]
    frame = {"v": 1, "cmd": name, "cid": str(uuid4())} | {key: value for key, value in fields.items() if key in wanted}
    answer = "closed"
    try:
        await socket.send_to(text_data=json.dumps(frame))
        while True:
            output = await socket.receive_output(timeout=5)
            if output["type"] == "websocket.close":
                answer = str(output["code"])
                break
            said = json.loads(output["text"])
            if said.get("ack") == frame["cid"]:
                answer = "ok" if said["ok"] else said["code"]
                break
    finally:
        await socket.disconnect()
    return answer


def _follows(cast: Cast, who: str, topic: str) -> str:
    person = _person(cast, who)
    return "yes" if isinstance(person, User) and may_follow(person.pk, topic) else "no"


def write(found: dict[str, dict[str, str]]) -> None:
    """Write the table."""
    with TABLE.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["what", *WHO])
        for what, answers in found.items():
            rows.writerow([what, *(answers[who] for who in WHO)])
