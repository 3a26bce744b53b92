"""The check-in round, purely: who speaks, who waits in which order, and what each is told. No database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from groups.models import Turn

State = Turn.State
WAITS = (State.WAITING, State.LATER)


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place in the round."""

    person: UUID
    position: int
    state: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """The round as anybody may know it. `done` does not tell a pass from a turn that was taken."""

    speaking: UUID | None
    waiting: tuple[UUID, ...]
    done: tuple[UUID, ...]

    @property
    def over(self) -> bool:
        """Nobody speaks and nobody waits."""
        return self.speaking is None and not self.waiting


def read(places: Sequence[Place]) -> Round:
    """The round from its places: those waiting in order, then those to come back to in the order they were put back."""
    speaking = next((place.person for place in places if place.state == State.SPEAKING), None)
    waiting = sorted((p for p in places if p.state == State.WAITING), key=lambda p: p.position)
    later = sorted((p for p in places if p.state == State.LATER), key=lambda p: (p.changed_at, p.position))
    done = sorted((p for p in places if p.state in (State.DONE, State.PASSED)), key=lambda p: p.position)
    return Round(speaking, tuple(p.person for p in [*waiting, *later]), tuple(p.person for p in done))


def next_up(places: Sequence[Place], here: Collection[UUID]) -> UUID | None:
    """Who is called next: the first who waits and is here. Who is away keeps their place and is called when back."""
    return next((person for person in read(places).waiting if person in here), None)


def ahead(turns: Round, person: UUID) -> int | None:
    """How many come before `person`: 0 while they speak, 1 when they are next; None when they do not wait."""
    if turns.speaking == person:
        return 0
    return turns.waiting.index(person) + 1 if person in turns.waiting else None


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def told(place: int | None) -> str:
    """What a person waiting in the round reads about their own place (from `ahead`)."""
    if place is None:
        return ""
    if place == 0:
        return "It's your turn."
    return "You are next." if place == 1 else f"You are {ordinal(place)}."
