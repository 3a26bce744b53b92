"""The catalogue of what can be told over a socket: one frozen dataclass per event, declared by the app that owns it.

A durable event is a row of its topic's log and has a `seq`; a passing one (typing, presence) has none. The log keeps
ids only: `hydrate` turns the kept ids into the event's fields at the moment of telling, so what is visible is decided
then.
"""

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, TypeVar
from uuid import UUID

VERSION = 1
Kept = dict[str, Any]
"""What the log holds of an event: ids and states, never text or names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something a topic is told. Subclasses are declared with `@event`."""

    TYPE: ClassVar[str]
    DURABLE: ClassVar[bool]
    AUDIENCE: ClassVar[tuple[str, ...]]


E = TypeVar("E", bound=Event)
Hydrator = Callable[[Sequence[Kept]], Sequence[Event]]

CATALOGUE: dict[str, type[Event]] = {}
_hydrators: dict[str, Hydrator] = {}


def event(type_: str, *, audience: Sequence[str], durable: bool = True) -> Callable[[type[E]], type[E]]:
    """Declare an event: its wire type and which kinds of topic it travels on (`room`, `staff`, `person`, `desk`)."""

    def declare(cls: type[E]) -> type[E]:
        if type_ in CATALOGUE:
            raise ValueError(f"{type_} is declared twice")
        cls.TYPE, cls.DURABLE, cls.AUDIENCE = type_, durable, tuple(audience)
        CATALOGUE[type_] = cls
        return cls

    return declare


def hydrates(cls: type[Event]) -> Callable[[Hydrator], Hydrator]:
    """Declare how kept ids of `cls` become events: one call for a whole page, answers in the same order."""

    def declare(hydrator: Hydrator) -> Hydrator:
        _hydrators[cls.TYPE] = hydrator
        return hydrator

    return declare


def hydrate(type_: str, kept: Sequence[Kept]) -> Sequence[Event]:
    """Events of one type from what the log kept. Without a hydrator the kept fields are the event."""
    hydrator = _hydrators.get(type_)
    return hydrator(kept) if hydrator else [CATALOGUE[type_](**item) for item in kept]


def envelope(topic: str, seq: int | None, at: datetime, told: Event) -> dict[str, Any]:
    """The versioned wire form of one event, as on the socket and in `/rooms/ID/log`."""
    return {
        "v": VERSION,
        "on": topic,
        "seq": seq,
        "type": told.TYPE,
        "at": plain(at),
        "data": plain(told),
    }


def encode(message: dict[str, Any]) -> str:
    """One frame: one JSON object on one line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


AS_IT_IS = frozenset((str, int, bool, type(None)))
"""Types whose values JSON has."""


@lru_cache(maxsize=256)
def _fields(kind: type) -> tuple[str, ...] | None:
    """The names of a dataclass's fields; None for what is none."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def plain(value: Any) -> Any:
    """Ids, moments, enums and dataclasses as JSON has them."""
    kind = type(value)
    if kind in AS_IT_IS:
        return value
    if (names := _fields(kind)) is not None:  # type: ignore[arg-type]
        values = [(name, getattr(value, name)) for name in names]
        return {name: one if type(one) in AS_IT_IS else plain(one) for name, one in values}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, UUID | StrEnum):
        return str(value)
    return value
