"""The plan of the hour: which phases a session goes through and how long each is meant to take. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from groups.models import Session

State = Session.State
ORDER = (State.LOBBY, State.OPENING, State.CHECK_IN, State.WORK, State.CLOSING_ROUND)
"""The live phases in the order they are gone through; a plan may leave out the check-in round."""
PLANNED = ORDER[1:]
SHARES = {State.OPENING: 1, State.CHECK_IN: 2, State.WORK: 5, State.CLOSING_ROUND: 2}
"""How a session without a plan divides its time: an hour and a half is 9, 18, 45 and 18 minutes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One planned phase. `minutes` is its planned length; `done` goes from 0.0 (to come) to 1.0 (over)."""

    phase: str
    label: str
    minutes: int
    done: float

    @property
    def now(self) -> bool:
        """Whether the session is in this part."""
        return 0.0 < self.done < 1.0


def planned(plan: Sequence[dict[str, Any]], length: timedelta) -> dict[State, int]:
    """Minutes for each phase in order. An empty plan divides `length`; unknown phases are left out."""
    minutes = {State(item["phase"]): int(item["minutes"]) for item in plan if item.get("phase") in PLANNED}
    if not minutes:
        whole = int(length.total_seconds() // 60)
        minutes = {phase: whole * share // sum(SHARES.values()) for phase, share in SHARES.items()}
    return {phase: minutes[phase] for phase in PLANNED if phase in minutes}


def of(session: Session) -> dict[State, int]:
    """The plan of one session, in minutes."""
    return planned(session.plan, session.ends_at - session.starts_at)


def following(state: str, phases: Sequence[str]) -> State | None:
    """The phase after `state`; None where there is none. A plan may go without a check-in round."""
    if state == State.SCHEDULED:
        return State.LOBBY
    if state not in ORDER or state == State.CLOSING_ROUND:
        return None
    after = ORDER[ORDER.index(State(state)) + 1]
    return State.WORK if after == State.CHECK_IN and State.CHECK_IN not in phases else after


def until(session: Session) -> datetime | None:
    """When the phase a session is in is planned to end; None while paused and once it is over."""
    if session.state in (State.SCHEDULED, State.LOBBY):
        return session.starts_at
    minutes = of(session).get(State(session.state))
    since = session.phase_since or session.state_since
    return since + timedelta(minutes=minutes) if minutes is not None and since is not None else None


def parts(session: Session, now: datetime) -> list[Part]:
    """The hour as one line. While paused, the line stands where it was left."""
    shown = session.paused_from if session.state == State.PAUSED else session.state
    found = []
    for phase, minutes in of(session).items():
        found.append(Part(phase, phase.label, minutes, _done(phase, shown, session, minutes, now)))
    return found


def _done(phase: State, shown: str, session: Session, minutes: int, now: datetime) -> float:
    if shown == State.ENDED:
        return 1.0
    if shown not in ORDER:
        return 0.0
    if phase != shown:
        return 1.0 if ORDER.index(phase) < ORDER.index(State(shown)) else 0.0
    since = session.phase_since or session.state_since
    if since is None or minutes == 0:
        return 0.5
    upto = session.state_since if session.state == State.PAUSED and session.state_since else now
    return min(max((upto - since).total_seconds() / (minutes * 60), 0.02), 0.98)
