"""Who may do what, as pure functions: the services ask them, and the pages ask the same ones to say why not."""

from dataclasses import dataclass
from datetime import datetime

from groups.models import Room, Session

State = Session.State


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed; if not, a code for programs and what kind of closed it is, for words."""

    allowed: bool
    code: str = ""
    why: str = ""
    """`no_session`, `ended`, `lobby`, `opening`, `paused`, `unstaffed`, `turn`, `peer_live`, `room_ended`, `reader`."""
    until: datetime | None = None
    """When it opens again, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person in one room at one moment: all that deciding needs."""

    kind: str
    staff: bool = False
    may_post: bool = True
    room_ended: bool = False
    state: str = ""
    """State of the cohort's live session; empty if none is live."""
    paused_reason: str = ""
    has_turn: bool = False
    opens_at: datetime | None = None
    """When the next session begins, or the one that keeps a peer room closed is planned to end."""


ALLOWED = Decision(True)


def can_post(at: Standing) -> Decision:
    """Whether this person may write in this room now. The server alone decides; pages only repeat it."""
    if not at.may_post:
        return Decision(False, "closed", "reader")
    if at.room_ended:
        return Decision(False, "closed", "room_ended")
    if at.kind == Room.Kind.STAFF:
        return ALLOWED
    if at.kind == Room.Kind.PEER:
        return Decision(False, "closed", "peer_live", at.opens_at) if at.state else ALLOWED
    return _can_post_in_group(at)


def _can_post_in_group(at: Standing) -> Decision:
    match at.state:
        case "":
            return Decision(False, "closed", "no_session", at.opens_at)
        case State.PAUSED:
            return Decision(False, "paused", "unstaffed" if at.paused_reason == "unstaffed" else "paused")
        case State.WORK | State.CLOSING_ROUND:
            return ALLOWED
        case State.LOBBY | State.OPENING:
            return ALLOWED if at.staff else Decision(False, "closed", at.state, at.opens_at)
        case State.CHECK_IN:
            return ALLOWED if at.staff or at.has_turn else Decision(False, "not_your_turn", "turn")
    return Decision(False, "closed", "ended")


def can_withdraw(*, mine: bool, state: str) -> Decision:
    """Whether a message may be taken back: one's own, once, whatever became of it."""
    if not mine:
        return Decision(False, "not_found")
    return ALLOWED if state != "withdrawn" else Decision(False, "closed", "withdrawn")
