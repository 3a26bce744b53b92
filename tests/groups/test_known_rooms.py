"""What posting remembers of a room is trusted only while nothing has changed: every change shows at the next post."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups import facts
from groups.commands import may_follow_room, may_follow_staff
from groups.errors import Refused
from groups.events import MessagePosted
from groups.models import Membership, Message, Session
from groups.services import connections as peer_rooms
from groups.services import enrolment, known_rooms, phases, posting
from groups.services.earlier import Post, Receipt
from groups.services.hold import hold
from live import log, revoke
from peers.errors import FormerMember
from peers.models import Grant, User
from peers.permissions import Role
from peers.services import connections, roles
from records import clock, rows
from records.clock import now
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def remembering(fresh_process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a site runs: what was read is remembered."""
    monkeypatch.setattr(known_rooms, "REMEMBER_SECONDS", 60.0)


def a_post(cast: Cast, who: str, text: str = "still here", cid: str = "", room: Any = None) -> Post:
    """Somebody wants to say something in Harbor."""
    person = cast.people[who]
    return Post(person_id=person.pk, room_id=(room or cast.harbor_room).pk, cid=cid or str(uuid4()), text=text)


def say(cast: Cast, *who: str) -> list[Any]:
    """A batch, as the writer does it: what is at hand first, committed at the end."""
    return written([a_post(cast, one) for one in who])


def say_in(cast: Cast, who: str, room: Any) -> Any:
    """The same for one post in another room."""
    return written([a_post(cast, who, room=room)])[0]


def written(posts: Sequence[Post]) -> list[Any]:
    """What becomes of a batch."""
    quick = [posting.POSTS.quick(one) for one in posts]
    ready = [done or posting.POSTS.ready([one])[0] for done, one in zip(quick, posts, strict=True)]
    going = [one for one in ready if not isinstance(one, Exception)]
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        done: list[Callable[[], None]] = []
        patch.setattr(transaction, "on_commit", lambda act, **_: done.append(act))
        outcomes = kept(going) if going else []
    for act in done:
        act()
    return [*outcomes, *(one for one in ready if isinstance(one, Exception))]


def kept(ready: Sequence[Any]) -> list[Any]:
    """What becomes of posts that are ready, all of it written."""
    outcomes, last = posting.POSTS.apply(ready)
    rows.run(last)
    return list(outcomes)


def told(cast: Cast) -> list[dict[str, Any]]:
    """What Harbor's members were told."""
    return [event["data"] for event in log.page(cast.harbor_room.topic, 0) if event["type"] == "message.posted"]


def test_a_batch_in_a_room_that_is_known_asks_for_nothing_it_knows(cast: Cast) -> None:
    say(cast, "ana", "ben")
    assert posting.POSTS.quick(a_post(cast, "ana")) is not None
    with CaptureQueriesContext(connection) as asked:
        outcomes = say(cast, "ana", "ben", "eve", "ana")[:2]
        assert all(isinstance(one, Receipt) for one in outcomes)
    with CaptureQueriesContext(connection) as asked:
        say(cast, "ana", "ben", "eve", "ana")
    tables = " ".join(query["sql"] for query in asked.captured_queries)
    for known in ("groups_membership", "peers_grant", "groups_session", "peers_user", "groups_cohort"):
        assert f'FROM "{known}"' not in tables
    assert [one["author"]["name"] for one in told(cast)][-4:] == ["Ana", "Ben", "Eve", "Ana"]


def test_discharge_shows_at_the_next_post(cast: Cast) -> None:
    assert isinstance(say(cast, "ana")[0], Receipt)
    ready = posting.POSTS.quick(a_post(cast, "ana"))
    enrolment.discharge(cohort_id=cast.harbor.pk, person_id=cast.ana.pk, by=cast.ada.pk)
    assert isinstance(say(cast, "ana")[0], FormerMember)
    assert ready is not None
    with transaction.atomic():  # one that was under way when it happened
        assert isinstance(kept([ready])[0], FormerMember)
    assert Message.objects.filter(author=cast.ana, room=cast.harbor_room).count() == 1


def test_a_pause_and_the_end_of_it_show_at_once(cast: Cast) -> None:
    session = Session.objects.get(cohort=cast.harbor, state="work")
    assert isinstance(say(cast, "ana")[0], Receipt)
    phases.pause(session_id=session.pk, by=cast.fay.pk)
    refused = say(cast, "ana")[0]
    assert isinstance(refused, Refused)
    assert refused.code == "paused"
    phases.resume(session_id=session.pk, by=cast.fay.pk)
    assert isinstance(say(cast, "ana")[0], Receipt)


def test_a_role_a_name_and_a_return_show_at_once(cast: Cast, client_for: Callable[[User], Client]) -> None:
    say(cast, "ana", "gus")
    roles.grant(person_id=cast.gus.pk, role=Role.CO_FACILITATOR, scope=cast.harbor.pk, by=cast.sam.pk)
    client_for(cast.ana).post(reverse("peers:profile"), {"display_name": "Anna", "timezone": "", "theme": ""})
    say(cast, "ana", "gus")
    assert [(one["author"]["name"], one["author"]["role"]) for one in told(cast)][-2:] == [
        ("Anna", "participant"),
        ("Gus", "co-facilitator"),
    ]
    enrolment.discharge(cohort_id=cast.harbor.pk, person_id=cast.ana.pk, by=cast.ada.pk)
    assert isinstance(say(cast, "ana")[0], PermissionDenied)
    enrolment.enrol(cohort_id=cast.harbor.pk, person_id=cast.ana.pk, by=cast.ada.pk)
    assert isinstance(say(cast, "ana")[0], Receipt)


def test_a_last_day_ends_at_midnight_without_anybody_telling(cast: Cast) -> None:
    say(cast, "ana")
    Membership.objects.filter(person=cast.ana, cohort=cast.harbor).update(ends_on=now().date())
    revoke.recheck(cast.ana.pk)
    with clock.at(now() + timedelta(days=2)):
        assert isinstance(say(cast, "ana")[0], FormerMember)


def test_what_was_rolled_back_is_not_remembered_as_done(cast: Cast) -> None:
    say(cast, "ana")
    head = log.head(cast.harbor_room.topic)
    with pytest.raises(RuntimeError), transaction.atomic():
        kept([posting.POSTS.quick(a_post(cast, "ana"))])
        raise RuntimeError("the disk is full")
    session = Session.objects.get(cohort=cast.harbor, state="work")
    phases.pause(session_id=session.pk, by=cast.fay.pk)
    assert log.head(cast.harbor_room.topic) == head + 1  # the very number the lost message had
    assert isinstance(say(cast, "ana")[0], Refused)


def test_strangers_and_rooms_that_are_not_are_the_same(cast: Cast) -> None:
    say(cast, "ana")
    assert isinstance(say(cast, "cal")[0], Http404)
    nowhere = Post(person_id=cast.ana.pk, room_id=uuid4(), cid="x", text="hello")
    assert isinstance(posting.POSTS.ready([nowhere])[0], Http404)


def test_a_peer_room_that_ended_is_closed_at_once(cast: Cast) -> None:
    room = cast.cal_ivy
    first = posting.post(person_id=cast.cal.pk, room_id=room.pk, cid="a", text="hello")
    assert first.state == "published"
    ready = posting.POSTS.ready([a_post(cast, "cal", room=room)])[0]
    assert room.connection_id is not None
    connections.end(connection_id=room.connection_id, by=cast.ivy.pk)
    assert peer_rooms.peers_of(cast.cal, cast.cedar, [cast.ivy])
    with transaction.atomic():
        outcome = kept([ready])[0]
    assert isinstance(outcome, Refused | Http404 | PermissionDenied)


def test_the_same_client_id_twice_in_one_batch_is_one_message(cast: Cast) -> None:
    twice = [a_post(cast, "ana", cid="same"), a_post(cast, "ana", cid="same")]
    with transaction.atomic():
        one, other = kept(posting.POSTS.ready(twice))
    assert one == other
    assert isinstance(one, Receipt)
    assert one.seq is not None


def test_the_rate_counts_within_a_batch_too(cast: Cast) -> None:
    batch = [a_post(cast, "ana") for _ in range(32)]
    with transaction.atomic():
        outcomes = kept(posting.POSTS.ready(batch))
    assert [isinstance(one, Receipt) for one in outcomes] == [True] * 30 + [False] * 2
    assert Message.objects.filter(author=cast.ana, room=cast.harbor_room).count() == 30


def test_the_second_of_a_room_to_join_costs_one_question(cast: Cast) -> None:
    assert may_follow_room(cast.ana.pk, cast.harbor_room.topic)
    with CaptureQueriesContext(connection) as asked:
        assert may_follow_room(cast.ben.pk, cast.harbor_room.topic)
        assert may_follow_room(cast.eve.pk, cast.harbor_room.topic)
    assert len(asked) == 2
    assert not may_follow_room(cast.cal.pk, cast.harbor_room.topic)


def test_following_ends_with_every_change_that_ends_it(cast: Cast) -> None:
    peer = cast.cal_ivy
    assert may_follow_room(cast.ana.pk, cast.harbor_room.topic)
    assert may_follow_room(cast.cal.pk, peer.topic)
    assert may_follow_staff(cast.fay.pk, cast.harbor_room.staff_topic)
    enrolment.discharge(cohort_id=cast.harbor.pk, person_id=cast.ana.pk, by=cast.ada.pk)
    assert peer.connection_id is not None
    connections.end(connection_id=peer.connection_id, by=cast.ivy.pk)
    grant = Grant.objects.get(person=cast.fay, role=Role.FACILITATOR, ended_at=None)
    roles.end(grant_id=grant.pk, by=cast.sam.pk)
    assert not may_follow_room(cast.ana.pk, cast.harbor_room.topic)
    assert not may_follow_room(cast.cal.pk, peer.topic)
    assert not may_follow_staff(cast.fay.pk, cast.harbor_room.staff_topic)
    enrolment.enrol(cohort_id=cast.harbor.pk, person_id=cast.ana.pk, by=cast.ada.pk)
    assert may_follow_room(cast.ana.pk, cast.harbor_room.topic)


def test_what_others_say_in_another_process_leaves_a_room_known(cast: Cast) -> None:
    say(cast, "ana", "ben")
    known = known_rooms.at_hand(cast.harbor_room.pk, cast.ana.pk)
    assert known is not None
    for _ in range(3):  # as another process does: the head moves, and nobody here notes it
        with transaction.atomic():
            log.tell(cast.harbor_room.topic, MessagePosted, {"id": str(uuid4())})
    with CaptureQueriesContext(connection) as asked:
        assert isinstance(say(cast, "ben")[0], Receipt)
    assert 'FROM "groups_membership"' not in " ".join(query["sql"] for query in asked.captured_queries)
    assert known_rooms.at_hand(cast.harbor_room.pk, cast.ana.pk) is known
    with transaction.atomic():
        log.tell(cast.harbor_room.topic, MessagePosted, {"id": str(uuid4())})
    session = Session.objects.get(cohort=cast.harbor, state="work")
    phases.pause(session_id=session.pk, by=cast.fay.pk)
    refused = say(cast, "ana")[0]
    assert isinstance(refused, Refused)
    assert refused.code == "paused"


def test_a_session_that_begins_closes_a_peer_room_at_the_next_post(cast: Cast) -> None:
    room = cast.cal_ivy
    assert isinstance(say_in(cast, "cal", room), Receipt)
    session = Session.objects.get(cohort=cast.cedar, state="scheduled")
    with transaction.atomic():
        phases.go(hold(session.pk), Session.State.LOBBY, by=None)
    refused = say_in(cast, "cal", room)
    assert isinstance(refused, Refused)
    assert refused.code == "closed"


def test_a_last_day_ends_at_midnight_and_not_when_the_memory_does(cast: Cast) -> None:
    Membership.objects.filter(person=cast.ana, cohort=cast.harbor).update(ends_on=facts.today(cast.harbor))
    assert isinstance(say(cast, "ana")[0], Receipt)
    with clock.at(now() + timedelta(days=1)):
        assert isinstance(say(cast, "ana")[0], FormerMember)
