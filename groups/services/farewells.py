"""How each person of a session is seen off: closed, passed or handed off. A session ends once everybody was."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from groups.errors import Refused
from groups.events import FarewellsChanged
from groups.models import Farewell, Session
from groups.services import presence
from groups.services.attendance import members_then
from groups.services.duty import require_lead, require_participant
from groups.services.hold import Held, hold
from peers.models import User
from records import audit
from records.clock import now

State = Farewell.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye:
    """One person who was present, and how they were seen off; `state` is empty while that is open."""

    person: UUID
    name: str
    state: str

    @property
    def label(self) -> str:
        """How they were seen off, in words."""
        return State(self.state).label if self.state else ""


def of(session: Session) -> list[Goodbye]:
    """Everybody who has to be seen off, in the order they came: each participant who was present while it ran."""
    since = session.began_at
    members = members_then(session)
    came = [seen.person for seen in presence.seen(session.pk) if since is None or seen.seen_at >= since]
    present = [person for person in came if person in members]
    names = dict(User.objects.filter(pk__in=present).values_list("pk", "display_name"))
    states = dict(Farewell.objects.filter(session=session).values_list("person", "state"))
    return [Goodbye(person=person, name=names[person], state=states.get(person, "")) for person in present]


def still_open(session: Session) -> list[Goodbye]:
    """Those nobody has closed, passed or handed off yet."""
    return [goodbye for goodbye in of(session) if not goodbye.state]


def see_off(*, session_id: UUID, by: UUID, states: Mapping[UUID, str]) -> None:
    """The lead notes how people were seen off. Said again, the newest counts. Raises `Refused` for strangers."""
    with transaction.atomic():
        held = hold(session_id)
        require_lead(held, by)
        note(held, by, states)


def pass_farewell(*, session_id: UUID, person_id: UUID) -> None:
    """A person passes in the closing round, without a reason. What the lead noted before stays."""
    with transaction.atomic():
        held = hold(session_id)
        require_participant(held, person_id)
        if held.session.state != Session.State.CLOSING_ROUND:
            raise Refused("not_now", "The closing round isn't on now.")
        if not Farewell.objects.filter(session=held.session, person=person_id).exists():
            _keep(held, person_id, person_id, State.PASSED)
            _tell(held)


def note(held: Held, by: UUID, states: Mapping[UUID, str]) -> None:
    """As `see_off`, for a caller who holds the session."""
    if held.session.state not in Session.LIVE:
        raise Refused("closed", "The session isn't on now.")
    known = {goodbye.person for goodbye in of(held.session)}
    for person, state in states.items():
        if person not in known or state not in State.values:
            raise Refused("not_found", "This person was not in the session.")
        _keep(held, by, person, State(state))
    if states:
        _tell(held)


def _keep(held: Held, by: UUID, person: UUID, state: Farewell.State) -> None:
    values = {"state": state, "by_id": by, "at": now()}
    Farewell.objects.update_or_create(session=held.session, person_id=person, defaults=values)
    audit.record("session.farewell", "session", held.session.pk, actor=by, person=person, state=state.value)


def _tell(held: Held) -> None:
    held.tell([(FarewellsChanged, {"session": str(held.session.pk)})], staff_only=True)
