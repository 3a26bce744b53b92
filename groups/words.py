"""What a closed composer says, in the reader's own zone: who, what next, by when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from groups.models import Cohort
from groups.policies import Decision
from peers.models import User
from records.clock import now


def zone_of(person: User, cohort: Cohort) -> ZoneInfo:
    """The reader's zone: their own choice, else the programme's."""
    return ZoneInfo(person.timezone or cohort.programme.timezone)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """A clock time, with the weekday when it is not today: `18:00`, `Wednesday, 18:00`."""
    there = moment.astimezone(zone)
    today = now().astimezone(zone).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    return (
        f"{there:%A}, {there:%H:%M}"
        if (there.date() - today).days < 7
        else f"{there:%A, %B} {there.day}, {there:%H:%M}"
    )


def head_and_rest(words: str) -> tuple[str, str]:
    """The first sentence, and what follows it."""
    head, stop, rest = words.partition(". ")
    return head + stop.strip(), rest


def why_not(decision: Decision, cohort: Cohort, zone: ZoneInfo) -> str:
    """Why this person may not write now, in words for them."""
    name, until = cohort.name, clock(decision.until, zone) if decision.until else ""
    phone = f"You can call {cohort.programme.phone}."
    match decision.why:
        case "no_session":
            return (
                f"{name} is closed until {until}. What was written stays here to read."
                if until
                else f"{name} has no session planned yet. {phone}"
            )
        case "ended":
            return f"{name} has ended for today."
        case "lobby":
            return f"{name} opens at {until}. You are in the lobby." if until else "You are in the lobby."
        case "opening":
            return "Opening. Those who lead speak first; then it is your turn."
        case "paused":
            return "The room is paused. Writing opens again when it goes on."
        case "unstaffed":
            opens = "The supervisor has been called. Writing opens when somebody leads again."
            return f"No one is leading right now. {opens} {phone}"
        case "turn":
            return "It is someone else's turn. Write now, send when it's yours."
        case "peer_live":
            return f"Your group is meeting. You can write here again at {until}." if until else "Your group is meeting."
        case "room_ended":
            return "This conversation has ended."
        case "withdrawn":
            return "You have taken this message back already."
    return "You can read here; writing is for the group."
