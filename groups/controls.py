"""What somebody can do in a session now: the same answer for the page and for whoever writes another client."""

from dataclasses import dataclass
from uuid import UUID

from groups import plan
from groups.models import Session, Turn
from groups.services import phases
from records.clock import now

State = Session.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What the reader can do now. A control that is not offered does not appear."""

    start: str = ""
    """The state `Start session` leads to."""
    next: str = ""
    """The state `Next phase` leads to."""
    next_label: str = ""
    pause: bool = False
    resume: bool = False
    end: bool = False
    take_lead: bool = False
    round: bool = False
    passing: bool = False
    come_back: bool = False
    hand: bool = False
    hand_up: bool = False


def controls(
    session: Session, *, leads: bool, member: bool, reader: UUID, turn: str, hand_up: bool, seen_off: bool
) -> Controls:
    """What somebody can do in a session now. Pure but for the clock."""
    state = State(session.state)
    live = state in Session.LIVE
    onward = plan.following(state, list(plan.of(session)))
    soon = state != State.SCHEDULED or session.starts_at - now() <= phases.EARLIEST
    opens = onward if state in (State.SCHEDULED, State.LOBBY) and soon else None
    return Controls(
        start=opens.value if leads and opens else "",
        next=onward.value if leads and live and onward else "",
        next_label=onward.label.lower() if leads and live and onward else "",
        pause=leads and live and state != State.PAUSED,
        resume=leads and state == State.PAUSED,
        end=leads and live,
        take_lead=leads and live and phases.leader(session) != reader,
        round=leads and state == State.CHECK_IN,
        passing=member
        and (
            (state == State.CHECK_IN and turn not in (Turn.State.PASSED, Turn.State.DONE))
            or (state == State.CLOSING_ROUND and not seen_off)
        ),
        come_back=member and state == State.CHECK_IN and turn == Turn.State.PASSED,
        hand=member and live,
        hand_up=hand_up,
    )
