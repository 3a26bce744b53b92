"""A room against a simple model: whatever happens in whatever order, everybody sees what the model says they may.

Each reader is watched in three ways that must agree: told step by step (live), told from the beginning now (resume),
and the page opened now (fresh).
"""

import os
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from groups.access import access_room
from groups.commands import may_follow_room
from groups.errors import Refused
from groups.models import Message, Session
from groups.reading_room import page
from groups.services import enrolment, messages, phases, posting, visibility
from live import log
from peers.permissions import Permission
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800)]
MEMBERS = ("ana", "ben", "eve")
HELD = "I want to die."
View = dict[str, tuple[str, str]]
"""(state, text) by message; a text only while it is published."""


@dataclass
class Said:
    """What the model knows of a message."""

    author: str
    text: str
    state: str
    shown: bool


@dataclass
class Reader:
    """Somebody with a connection that may be down."""

    name: str
    up: bool = True
    after: int = 0
    view: View = field(default_factory=dict)


def tell(view: View, events: list[dict[str, Any]]) -> None:
    """What a client makes of events, from the protocol's page alone."""
    for event in events:
        data = event["data"]
        match event["type"]:
            case "message.posted":
                view[data["id"]] = (data["state"], data["text"])
            case "message.hidden":
                view[data["id"]] = ("hidden", "")
            case "message.withdrawn":
                view[data["id"]] = ("withdrawn", "")
            case "message.restored" if data["text"]:
                view[data["id"]] = ("published", data["text"])


class Room(RuleBasedStateMachine):
    """One evening in Harbor."""

    cast: Cast

    def __init__(self) -> None:
        """Everybody is there, and nothing has been said that this evening looks at."""
        super().__init__()
        self.room = self.cast.harbor_room
        self.session = Session.objects.get(cohort=self.cast.harbor, state__in=Session.LIVE)
        self.start = log.head(self.room.topic)
        self.said: dict[str, Said] = {}
        self.away: set[str] = set()
        self.paused = False
        self.readers = [Reader(name, after=self.start) for name in (*MEMBERS, "fay")]

    def teardown(self) -> None:
        """The next evening starts as this one did."""
        if self.paused:
            phases.resume(session_id=self.session.pk, by=self.cast.fay.pk)
        for name in sorted(self.away):
            enrolment.enrol(cohort_id=self.cast.harbor.pk, person_id=self.cast.people[name].pk, by=self.cast.ada.pk)

    @rule(who=st.sampled_from((*MEMBERS, "fay")), text=st.sampled_from(["hello", "still here", HELD, "one\ntwo"]))
    def post(self, who: str, text: str) -> None:
        """Somebody writes; what the room or the model refuses, both refuse."""
        person, cid = self.cast.people[who], str(uuid4())
        may = who not in self.away and not self.paused
        try:
            receipt = posting.post(person_id=person.pk, room_id=self.room.pk, cid=cid, text=text)
        except (Refused, PermissionDenied):
            assert not may
            return
        assert may
        again = posting.post(person_id=person.pk, room_id=self.room.pk, cid=cid, text="sent again")
        assert again == receipt
        held = text == HELD and who != "fay"
        assert receipt.state == ("held" if held else "published")
        assert (receipt.seq is None) == held
        self.said[str(receipt.message_id)] = Said(who, text, receipt.state, not held)

    @precondition(lambda self: self.said)
    @rule(data=st.data(), what=st.sampled_from(["release", "hide", "restore", "withdraw"]))
    def change(self, data: st.DataObject, what: str) -> None:
        """Staff or the author change what became of a message, where it can be."""
        identifier = data.draw(st.sampled_from(list(self.said)))
        said, pk = self.said[identifier], UUID(identifier)
        from_states = {"release": "held", "hide": "published", "restore": "hidden"}
        may = said.state == from_states[what] if what in from_states else said.state != "withdrawn"
        if what == "withdraw":
            may = may and said.author not in self.away
        try:
            with transaction.atomic():
                if what == "withdraw":
                    messages.withdraw(person_id=self.cast.people[said.author].pk, message_id=pk)
                else:
                    getattr(visibility, what)(pk, by=self.cast.fay.pk)
        except (Refused, PermissionDenied):
            assert not may
            return
        assert may
        said.state = {"release": "published", "hide": "hidden", "restore": "published", "withdraw": "withdrawn"}[what]
        said.shown = said.shown or what == "release"

    @rule()
    def pause_or_resume(self) -> None:
        """The lead pauses the room, or lets it go on."""
        (phases.resume if self.paused else phases.pause)(session_id=self.session.pk, by=self.cast.fay.pk)
        self.paused = not self.paused

    @rule(who=st.sampled_from(MEMBERS))
    def leave_or_return(self, who: str) -> None:
        """A discharge, or a new place."""
        move = enrolment.enrol if who in self.away else enrolment.discharge
        move(cohort_id=self.cast.harbor.pk, person_id=self.cast.people[who].pk, by=self.cast.ada.pk)
        self.away ^= {who}

    @rule(data=st.data())
    def drop_or_come_back(self, data: st.DataObject) -> None:
        """A connection goes down, or is up again and catches up."""
        reader = data.draw(st.sampled_from(self.readers))
        reader.up = not reader.up

    @invariant()
    def everybody_sees_what_they_may(self) -> None:
        """Live, resumed and fresh are one and the same, and what the model says."""
        expected = {
            identifier: (said.state, said.text if said.state == "published" else "")
            for identifier, said in self.said.items()
            if said.shown
        }
        for reader in self.readers:
            person = self.cast.people[reader.name]
            inside = reader.name not in self.away
            assert may_follow_room(person.pk, self.room.topic) is inside
            if not (reader.up and inside):
                continue
            events = log.page(self.room.topic, reader.after, limit=10_000)
            assert [event["seq"] for event in events] == [
                *range(reader.after + 1, log.head(self.room.topic) + 1),
            ]
            reader.after += len(events)
            tell(reader.view, events)
            assert reader.view == expected
            resumed: View = {}
            tell(resumed, log.page(self.room.topic, self.start, limit=10_000))
            assert resumed == expected
            access = access_room(person, self.room.pk, Permission.ROOM_READ)
            shown = page(access, person.pk, size=500).messages
            still_read = {
                key: ("hidden", said.text)
                for key, said in self.said.items()
                if said.state == "hidden" and (access.is_staff or said.author == reader.name)
            }
            fresh = {
                str(one.id): (one.state, "".join(part.text for part in one.parts))
                for one in shown
                if str(one.id) in self.said and one.seq is not None
            }
            assert fresh == expected | still_read  # whoever wrote it still reads it, and staff
            own = {str(one.id) for one in shown if one.state == "held"} & self.said.keys()
            mine = {key for key, said in self.said.items() if said.state == "held" and said.author == reader.name}
            assert own == mine

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every word that was acknowledged is kept, whatever became of it."""
        kept = {str(one.pk): one for one in Message.objects.filter(pk__in=list(self.said))}
        assert kept.keys() == self.said.keys()
        assert {key: messages.text_of([one])[one.pk] for key, one in kept.items()} == {
            key: said.text for key, said in self.said.items()
        }


def test_a_room_is_what_the_model_says(cast: Cast, settings: Any) -> None:
    settings.POSTS_PER_MINUTE = 100_000
    machine = type("Evening", (Room,), {"cast": cast})
    run_state_machine_as_test(machine, settings=EVENINGS)


EVENINGS = settings(  # more of them: TEST_EVENINGS=200
    max_examples=int(os.environ.get("TEST_EVENINGS", "10")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
