"""What a session's page says, in words: second person or names, present tense, clock times in the reader's zone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from groups.events import Author
from groups.models import Cohort, Session, Turn
from groups.words import clock

State = Session.State
LOBBY_BEFORE = timedelta(minutes=15)
"""How long before its time a session's lobby opens by itself."""
NUMBERS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
TIMES = {0: "new, first time here", 1: "new, second time"}


class Somebody(Protocol):
    """A line of the console, as far as words need it."""

    @property
    def here(self) -> bool:
        """Whether they are here."""

    @property
    def staff(self) -> bool:
        """Whether they are staff."""


def number(count: int) -> str:
    """A small number as a word that begins a sentence."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def listed(names: Sequence[str]) -> str:
    """`Ana`, `Ana and Ben`, `Ana, Ben and Eve`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def away(minutes: int) -> str:
    """For staff: how long there was no sign of somebody."""
    return f"away {minutes} min" if minutes else ""


def new(sessions_before: int) -> str:
    """For staff: who is new here."""
    return TIMES.get(sessions_before, "")


def spoken(turn: Turn, at: datetime, zone: ZoneInfo) -> str:
    """For staff: what became of somebody's turn."""
    match turn.state:
        case Turn.State.SPEAKING:
            minutes = int((at - turn.changed_at).total_seconds() // 60)
            return f"speaking, {minutes} min" if minutes else "speaking"
        case Turn.State.DONE:
            return f"spoke {clock(turn.changed_at, zone)}"
        case Turn.State.PASSED:
            return "passed"
        case Turn.State.LATER:
            return "to come back to"
    return ""


def headline(
    session: Session,
    cohort: Cohort,
    leads: bool,
    zone: ZoneInfo,
    leading: Author | None,
    people: Sequence[Somebody],
    meets_next: datetime | None = None,
) -> str:
    """One line on where the session stands. `meets_next` is when the cohort's next session begins."""
    who = leading.name if leading else "Your facilitator"
    starts, since = clock(session.starts_at, zone), clock(session.state_since or session.starts_at, zone)
    match session.state:
        case State.SCHEDULED:
            lobby = clock(session.starts_at - LOBBY_BEFORE, zone)
            return f"{cohort.name} meets at {starts}. The lobby opens at {lobby}."
        case State.CANCELLED:
            return f"{cohort.name} does not meet at {starts}: this session was cancelled. {_call(cohort)}"
        case State.ENDED if session.began_at is None:
            return f"This session of {starts} did not take place. {_call(cohort)}"
        case State.ENDED:
            ended = f"{cohort.name} ended at {clock(session.ended_at or session.ends_at, zone)}."
            return f"{ended} Next: {clock(meets_next, zone)}." if meets_next else ended
        case State.PAUSED if session.paused_reason == "unstaffed":
            return f"No one is leading right now, since {since}. Writing opens again when one of them is here."
        case State.PAUSED:
            return f"{who} paused the room at {since}. Writing opens again when it goes on."
        case State.LOBBY if not leads:
            return f"You are in the lobby. {who} begins at {starts}."
    here = sum(person.here and not person.staff for person in people)
    lead = f"The lobby is open; it begins at {starts}." if session.state == State.LOBBY else _since(session, zone)
    if not leads:
        return lead
    return f"{lead} {number(here)} {'is' if here == 1 else 'are'} here." if here else f"{lead} No one has come yet."


def _since(session: Session, zone: ZoneInfo) -> str:
    return f"Live since {clock(session.began_at or session.starts_at, zone)}."


def _call(cohort: Cohort) -> str:
    return f"You can call {cohort.programme.phone}."
