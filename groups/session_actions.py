"""What people may do in a session, by name: who may, and which service does it. Sockets and forms share the table."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from groups.errors import Refused
from groups.models import Session
from groups.services import farewells, phases, turns
from peers.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What came with an action. Each uses what it needs."""

    person: UUID | None = None
    speaking: UUID | None = None
    to: str = ""
    state: str = ""
    up: bool = True

    @property
    def somebody(self) -> UUID:
        """The person meant. Raises `Refused` if none was named."""
        if self.person is None:
            raise Refused("not_found", "There is nothing here for you.")
        return self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do: what it is for (also in docs/protocol.md), who may, and the doing: `run(session, by, given)`."""

    about: str
    permission: Permission
    run: Callable[[UUID, UUID, Given], object]


def own_pass(session_id: UUID, person_id: UUID) -> None:
    """A person passes: their turn in the check-in round, or their word in the closing round. No reason is asked."""
    with transaction.atomic():
        if Session.objects.filter(pk=session_id, state=Session.State.CLOSING_ROUND).exists():
            farewells.pass_farewell(session_id=session_id, person_id=person_id)
        else:
            turns.pass_turn(session_id=session_id, person_id=person_id)


def _see_off(session_id: UUID, by: UUID, given: Given) -> None:
    farewells.see_off(session_id=session_id, by=by, states={given.somebody: given.state})


_OWN, _LEAD = Permission.SESSION_READ, Permission.SESSION_LEAD

ACTIONS: dict[str, Action] = {
    "pass": Action(
        about="Pass, in the check-in round or the closing round. No reason is asked; peers see a turn that is done.",
        permission=_OWN,
        run=lambda session, me, _: own_pass(session, me),
    ),
    "come_back": Action(
        about="Come back in after passing: last in the order.",
        permission=_OWN,
        run=lambda session, me, _: turns.come_in(session_id=session, person_id=me),
    ),
    "hand": Action(
        about="Raise one's own hand, or lower it.",
        permission=_OWN,
        run=lambda session, me, given: turns.raise_hand(session_id=session, person_id=me, up=given.up),
    ),
    "next_turn": Action(
        about="Call the next person. `speaking` is whom the sender saw speaking, or null; sent twice, it moves once.",
        permission=_LEAD,
        run=lambda session, me, given: turns.go_on(session_id=session, by=me, speaking=given.speaking),
    ),
    "give_turn": Action(
        about="Give the turn to a person; who was speaking is done, and the person's hand goes down.",
        permission=_LEAD,
        run=lambda session, me, given: turns.give(session_id=session, by=me, person_id=given.somebody),
    ),
    "skip": Action(
        about="Go past a person.",
        permission=_LEAD,
        run=lambda session, me, given: turns.skip(session_id=session, by=me, person_id=given.somebody),
    ),
    "come_back_to": Action(
        about="Come back to a person after those still waiting.",
        permission=_LEAD,
        run=lambda session, me, given: turns.come_back_to(session_id=session, by=me, person_id=given.somebody),
    ),
    "lower_hand": Action(
        about="Lower a person's hand.",
        permission=_LEAD,
        run=lambda session, me, given: turns.lower_hand(session_id=session, by=me, person_id=given.somebody),
    ),
    "phase": Action(
        about="Take the session to another phase (`to`). Sent twice, it moves once.",
        permission=_LEAD,
        run=lambda session, me, given: phases.move(session_id=session, by=me, to=given.to),
    ),
    "pause": Action(
        about="Pause the room: nobody posts.",
        permission=_LEAD,
        run=lambda session, me, _: phases.pause(session_id=session, by=me),
    ),
    "resume": Action(
        about="Open the room again where it was paused.",
        permission=_LEAD,
        run=lambda session, me, _: phases.resume(session_id=session, by=me),
    ),
    "take_lead": Action(
        about="Take the lead, or take it back.",
        permission=_LEAD,
        run=lambda session, me, _: phases.take_lead(session_id=session, by=me),
    ),
    "farewell": Action(
        about="Note how a person was seen off: `state` is `closed`, `passed` or `handed_off`.",
        permission=_LEAD,
        run=_see_off,
    ),
}
