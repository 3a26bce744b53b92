"""However long a room's history is, nothing on a person's way through it reads all of it: the plans say so."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groups import reading_room
from groups.access import access_room
from groups.models import Mark, Message
from groups.services import marking, posting
from groups.services.known_rooms import look_checked
from groups.services.messages import about
from live import log
from live.models import LogEntry, Topic
from peers.permissions import Permission
from records import rows, sealing
from records.clock import now
from tests.cast import Cast

pytestmark = pytest.mark.django_db
LONG = 12_000
GROWS = ("groups_message", "live_logentry", "records_auditrow")
"""Tables that only grow."""


@pytest.fixture
def long_room(cast: Cast) -> Cast:
    """Harbor after a great deal of talk."""
    room, began, people = cast.harbor_room, now() - timedelta(days=30), [cast.ana.pk, cast.ben.pk, cast.fay.pk]
    head = log.head(room.topic)
    said: list[rows.Row] = []
    told: list[rows.Row] = []
    sealed = sealing.seal(sealing.room(room.pk), about(UUID(int=1)), "long ago")
    for number in range(1, LONG + 1):
        identifier, at = uuid4(), began + timedelta(seconds=number)
        said.append(
            {
                **dict.fromkeys(("session_id", "reply_to_id", "withdrawn_at")),
                "id": identifier,
                "room_id": room.pk,
                "author_id": people[number % 3],
                "cid": str(number),
                "sealed": sealed,
                "veils": [],
                "state": "hidden",
                "seq": head + number,
                "written_at": at,
                "shown_at": at,
            }
        )
        kept = {"id": str(identifier)}
        told.append(
            {"topic_id": room.topic, "seq": head + number, "type": "message.posted", "at": at, "data": kept},
        )
    log.lock([room.topic])
    rows.run([rows.Insert(Message, said), rows.Insert(LogEntry, told)])
    Topic.objects.filter(key=room.topic).update(head=head + LONG)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cast


def scans(act: Callable[[], object]) -> list[str]:
    """Statements of `act` that read one of the growing tables from end to end."""
    with CaptureQueriesContext(connection) as asked:
        act()
    found = []
    for query in asked.captured_queries:
        for sql in query["sql"].split("; "):
            if sql.startswith("SELECT") and any(table in sql for table in GROWS) and _reads_all(sql):
                found.append(sql[:200])
    return found


def _reads_all(sql: str) -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN {sql}")
            return any(f"Seq Scan on {table}" in row[0] for row in cursor.fetchall() for table in GROWS)
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return any(row[3].startswith(f"SCAN {table}") for row in cursor.fetchall() for table in GROWS)


def test_a_scan_would_be_noticed(long_room: Cast) -> None:
    assert scans(lambda: list(Message.objects.filter(state="nowhere")))


def test_coming_in_reading_and_resuming_read_no_more_than_they_show(long_room: Cast) -> None:
    cast, room = long_room, long_room.harbor_room
    access = access_room(cast.ana, room.pk, Permission.ROOM_READ)
    head = log.head(room.topic)
    ways: dict[str, Callable[[], object]] = {
        "joining": lambda: look_checked(room.pk, cast.ana.pk),
        "the newest page": lambda: reading_room.page(access, cast.ana.pk),
        "an older page": lambda: reading_room.page(access, cast.ana.pk, before=head // 2),
        "resuming": lambda: log.page(room.topic, head - 20),
        "resuming after long": lambda: log.page(room.topic, 0),
        "a stretch": lambda: log.stretch(room.topic, head // 2, head // 2 + 5),
    }
    assert {name: found for name, way in ways.items() if (found := scans(way))} == {}


def test_posting_reads_no_history(long_room: Cast) -> None:
    cast = long_room

    def post() -> None:
        posting.post(person_id=cast.ana.pk, room_id=cast.harbor_room.pk, cid=str(uuid4()), text="still here")

    assert scans(post) == []


def test_the_pages_of_a_room_and_home_read_no_more_than_they_show(long_room: Cast) -> None:
    browser = Client()
    browser.force_login(long_room.ana)
    here = f"/rooms/{long_room.harbor_room.pk}/"
    for path in (here, f"{here}history/?before={LONG // 2}", f"{here}log?after={LONG - 10}", "/home/"):
        assert scans(lambda path=path: browser.get(path)) == [], path  # type: ignore[misc]


def test_neither_do_those_who_are_told_whether_the_screen_is_down(long_room: Cast) -> None:
    newest = Message.objects.filter(room=long_room.harbor_room).order_by("-seq")[0]
    Mark.objects.create(message=newest, room=newest.room, screen_down=True, at=now())
    browser = Client()
    browser.force_login(long_room.fay)
    assert scans(lambda: browser.get(f"/rooms/{long_room.harbor_room.pk}/")) == []
    rooms = [long_room.harbor_room, long_room.cedar_room, long_room.ana_ben]
    assert scans(lambda: marking.screen_down(rooms)) == []
