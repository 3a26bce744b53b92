"""What a socket may ask of a session: the round, hands, and the lead's moves. The same is done by plain forms.

Each command names the session and is authorised by the doorway every page uses. Importing this module registers them.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups.access import access_session
from groups.commands import turned_away
from groups.errors import Refused
from groups.models import Room
from groups.session_actions import ACTIONS, Given
from live.client import Client
from live.commands import Answer, Handler, Refusal, command
from live.threads import reads, writes
from peers.models import User


@dataclass(frozen=True, slots=True)
class InSession:
    """In one session."""

    session: UUID


@dataclass(frozen=True, slots=True)
class OnPerson:
    """In one session, about one person."""

    session: UUID
    person: UUID


@dataclass(frozen=True, slots=True)
class OnHand:
    """One's own hand, up or down."""

    session: UUID
    up: bool


@dataclass(frozen=True, slots=True)
class OnTurn:
    """From whoever speaks to the next."""

    session: UUID
    speaking: UUID | None = None


@dataclass(frozen=True, slots=True)
class OnPhase:
    """To a phase."""

    session: UUID
    to: str


@dataclass(frozen=True, slots=True)
class OnFarewell:
    """How one person was seen off."""

    session: UUID
    person: UUID
    state: str


FRAMES: dict[str, type] = {
    "pass": InSession,
    "come_back": InSession,
    "hand": OnHand,
    "next_turn": OnTurn,
    "give_turn": OnPerson,
    "skip": OnPerson,
    "come_back_to": OnPerson,
    "lower_hand": OnPerson,
    "phase": OnPhase,
    "pause": InSession,
    "resume": InSession,
    "take_lead": InSession,
    "farewell": OnFarewell,
}


def _handler(name: str) -> Handler:
    async def handle(client: Client, cid: str, frame: InSession) -> Answer:
        fields = asdict(frame)
        session_id = fields.pop("session")
        topic = await reads(_topic, session_id)
        try:
            await writes(topic, _act, name, client.user_id, session_id, Given(**fields))
        except Refused as refused:
            raise Refusal(refused.code, refused.reason) from None
        except (Http404, PermissionDenied) as away:
            raise turned_away(away) from None
        return Answer()

    handle.__doc__ = ACTIONS[name].about
    return handle


def _topic(session_id: UUID) -> str:
    """What an action of this session locks first. An unknown one locks nothing and is refused by the doorway."""
    room = Room.objects.filter(kind=Room.Kind.GROUP, cohort__sessions=session_id).first()
    return room.topic if room else "room:"


def _act(name: str, user_id: UUID, session_id: UUID, given: Given) -> None:
    action = ACTIONS[name]
    access_session(User.objects.get(pk=user_id), session_id, action.permission)
    action.run(session_id, user_id, given)


for _name, _frame in FRAMES.items():
    command(_name, _frame)(_handler(_name))
