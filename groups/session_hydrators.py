"""How what the log keeps of a session becomes what a screen is told: names and roles are looked up at that moment.

Importing this module registers them with `live/events.py`.
"""

from collections.abc import Iterable, Sequence
from typing import cast
from uuid import UUID

from groups.authors import authors_in, names
from groups.events import HandChanged, Presence, SessionChanged, TurnsChanged
from live.events import Kept, hydrates


@hydrates(SessionChanged)
def sessions(kept: Sequence[Kept]) -> list[SessionChanged]:
    """With the name of who leads."""
    known = authors_in((UUID(item["room"]), _id(item["leading"])) for item in kept)
    return [
        SessionChanged(**{**item, "leading": known.get((UUID(item["room"]), cast(UUID, _id(item["leading"]))))})
        for item in kept
    ]


@hydrates(TurnsChanged)
def turns(kept: Sequence[Kept]) -> list[TurnsChanged]:
    """With everybody's display name."""
    known = names(person for item in kept for person in _in_round(item))
    return [TurnsChanged(**item, names={person: known[person] for person in _in_round(item)}) for item in kept]


@hydrates(HandChanged)
def hands(kept: Sequence[Kept]) -> list[HandChanged]:
    """With whose hand it is."""
    known = names(item["person"] for item in kept)
    return [HandChanged(**item, name=known[item["person"]]) for item in kept]


@hydrates(Presence)
def presence(kept: Sequence[Kept]) -> list[Presence]:
    """With who each person is, as the room knows them."""
    known = authors_in((UUID(item["room"]), UUID(person)) for item in kept for person in item["people"])
    return [
        Presence(room=item["room"], people=[known[UUID(item["room"]), UUID(person)] for person in item["people"]])
        for item in kept
    ]


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _in_round(item: Kept) -> Iterable[str]:
    return [*([item["speaking"]] if item["speaking"] else []), *item["waiting"], *item["done"]]
