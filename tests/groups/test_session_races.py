"""Two processes at once: one hand-over, one lobby, one live session, one step of the round."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from groups import sweeps
from groups.errors import Refused
from groups.happenings import SessionUnstaffed
from groups.models import Session
from groups.services import phases, presence, schedule, staffing, turns
from live.models import LogEntry
from records import clock, domain
from records.clock import now
from tests.groups.harbor import WINDOW, Harbor, connect, harbor, slot_of

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]
Together = Callable[[list[Act]], list[Any]]


@pytest.fixture
def here() -> Harbor:
    """Harbor, to begin in ten minutes."""
    return harbor(now() + timedelta(minutes=10))


@pytest.fixture
def together() -> Iterator[Together]:
    """Runs functions at the same moment, each in a thread and connection of its own; what one refuses is its result."""

    def run(acts: list[Act]) -> list[Any]:
        start = Barrier(len(acts))

        def one(act: Act) -> Any:
            try:
                start.wait(10)
                return act()
            except Refused as refused:
                return refused.code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(acts)) as pool:
            return [future.result(30) for future in [pool.submit(one, act) for act in acts]]

    yield run


def lead(here: Harbor, *states: str) -> None:
    """Fay leads it through these states."""
    for to in states:
        phases.move(session_id=here.session.pk, by=here.fay.pk, to=to)


def test_two_workers_find_the_room_unstaffed_once(
    here: Harbor, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(here, "lobby", "opening", "work")
    presence.joined(person_id=here.fay.pk, room_id=here.room.pk)
    staffing.arrived(session_id=here.session.pk, person_id=here.fay.pk)
    presence.left(person_id=here.fay.pk, room_id=here.room.pk)
    heard: list[SessionUnstaffed] = []
    monkeypatch.setitem(domain._subscribers, SessionUnstaffed, [heard.append])
    late = now() + timedelta(seconds=31)
    assert sorted(together([lambda: staffing.look(late)] * 4)) == [0, 0, 0, 1]
    assert len(heard) == 1


def test_two_workers_open_a_lobby_once(here: Harbor, together: Together) -> None:
    moment = now()
    assert sorted(together([lambda: sweeps.open_lobbies(moment)] * 4)) == [0, 0, 0, 1]
    assert LogEntry.objects.filter(topic=here.room.topic, type="session.changed").count() == 1


def test_two_sessions_of_a_cohort_never_go_live_together(here: Harbor, together: Together) -> None:
    other = Session.objects.create(
        cohort=here.cohort, title="Other", starts_at=now(), ends_at=now() + WINDOW, lead=here.cory
    )
    results = together(
        [
            lambda: phases.move(session_id=here.session.pk, by=here.fay.pk, to="lobby"),
            lambda: phases.move(session_id=other.pk, by=here.cory.pk, to="lobby"),
        ]
    )
    assert results.count("not_now") == 1
    assert Session.objects.filter(state__in=Session.LIVE).count() == 1


def test_both_leads_pressing_next_at_once_move_one_phase_and_one_turn(here: Harbor, together: Together) -> None:
    lead(here, "lobby")
    connect(here, here.fay, here.ana, here.ben, here.eve)
    lead(here, "opening")
    both = (here.fay.pk, here.cory.pk)
    together([partial(phases.move, session_id=here.session.pk, by=by, to="check_in") for by in both])
    assert LogEntry.objects.filter(topic=here.room.topic, data__state="check_in").count() == 1
    first = turns.round_of(here.session.pk).speaking
    together([partial(turns.go_on, session_id=here.session.pk, by=by, speaking=first) for by in both])
    assert turns.round_of(here.session.pk).done == (first,)


def test_two_workers_make_each_weekly_session_once(here: Harbor, together: Together, settings: Settings) -> None:
    settings.SCHEDULE_GUARDS = []
    slot_of(here)
    moment = now()
    made = together([lambda: schedule.fill(moment)] * 2)
    assert sum(made) == Session.objects.exclude(slot=None).count() == 4


def test_two_servers_joining_one_person_open_one_span_each_at_most(here: Harbor, together: Together) -> None:
    lead(here, "lobby")
    together([lambda: presence.joined(person_id=here.ana.pk, room_id=here.room.pk)] * 4)
    assert len(presence.seen(here.session.pk)) == 1
    with clock.later(seconds=5):
        assert presence.here(here.session.pk, now()) == [here.ana.pk]
