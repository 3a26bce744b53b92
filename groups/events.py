"""Everything a room, its staff or a person can be told by `groups`, in one file."""

from dataclasses import dataclass
from typing import Literal

from groups.gate import HeldFor
from live.events import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a message, as the room knows them."""

    id: str
    name: str
    role: Literal["participant", "facilitator", "co-facilitator", "staff"]


@event("message.posted", audience=["room"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    """A message took its place in the room. Hidden or withdrawn since, it is told again with an empty `text`."""

    id: str
    room: str
    author: Author
    text: str
    """As peers may read it: veiled spans are replaced."""
    veils: list[list[int]]
    """Where `text` is veiled, in code points of `text`."""
    reply_to: str | None
    written_at: str
    """When it was written; earlier than `at` when it was held and released."""
    state: Literal["published", "hidden", "withdrawn"]
    cid: str | None
    """The author's client id, so that the author's own screens can join it to what they sent."""


@event("message.held", audience=["staff", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeld(Event):
    """A message is not shown to the group yet. Told to its author and to the room's staff, with the whole text."""

    id: str
    room: str
    author: Author
    text: str
    reply_to: str | None
    written_at: str
    state: Literal["held", "published", "hidden", "withdrawn"]
    """Its state now."""
    severity: str | None
    """Staff only; null for the author."""
    spans: list[list[int]]
    """Staff only: what the screen marked, in code points of `text`; empty for the author."""
    cid: str | None
    held_for: HeldFor
    """`contact`: for nothing but a way to reach somebody outside. `screen_down`: nothing could be checked.
    `kept_back`: somebody has read it and it stays so; told again when that is decided or taken back."""


@event("message.unveiled", audience=["staff", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUnveiled(Event):
    """The whole text of a veiled message, for the room's staff and its author."""

    id: str
    text: str
    veils: list[list[int]]
    """What the group does not see, in code points of this `text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One thing the screen saw. The label on it is "possible"."""

    rule: str
    lane: Literal["care", "conduct"]
    severity: Literal["green", "amber", "red", "crisis"]
    start: int
    end: int


@event("message.marked", audience=["staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFindings(Event):
    """What the screen saw in a flagged or held message, for the room's staff; again when it is released or restored."""

    id: str
    room: str
    findings: list[Marked]
    """Offsets are code points of the whole text."""


@event("message.released", audience=["staff", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReleased(Event):
    """A held message was released; its place in the room comes as `message.posted`."""

    id: str
    room: str


@event("message.hidden", audience=["room", "staff", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHidden(Event):
    """Staff hid a message. Its author is told why."""

    id: str
    room: str


@event("message.restored", audience=["room", "staff", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRestored(Event):
    """A hidden message is back, with its text as peers may read it (empty if hidden or withdrawn since)."""

    id: str
    room: str
    text: str
    veils: list[list[int]]


@event("message.withdrawn", audience=["room", "staff", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWithdrawn(Event):
    """Its author took a message back."""

    id: str
    room: str


@event("session.changed", audience=["room", "staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChanged(Event):
    """The session moved to another state, or another person leads it."""

    session: str
    room: str
    state: str
    since: str
    until: str | None
    """When this phase is planned to end."""
    leading: Author | None
    reason: Literal["", "lead", "unstaffed", "handed_over", "started", "ended"]


@event("turns.changed", audience=["room", "staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class TurnsChanged(Event):
    """The check-in round moved: who speaks and who waits, in order. A pass is not told apart from being done."""

    session: str
    speaking: str | None
    waiting: list[str]
    done: list[str]
    names: dict[str, str]


@event("hand.changed", audience=["room", "staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class HandChanged(Event):
    """A hand went up or down."""

    session: str
    person: str
    name: str
    up: bool


@event("farewells.changed", audience=["staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellsChanged(Event):
    """Somebody was closed, passed or handed off in the closing round; fetch the console's people again."""

    session: str


@event("session.overtime", audience=["staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOvertime(Event):
    """The session's window is over and it is still live. Nothing is cut off; it is the lead's to close."""

    session: str
    ends_at: str


@event("presence", audience=["room", "staff"], durable=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class Presence(Event):
    """Who is here now. A connection that dropped less than 60 s ago still counts as here."""

    room: str
    people: list[Author]


@event("typing", audience=["room", "staff"], durable=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class Typing(Event):
    """Somebody is writing. It fades by itself after 6 s."""

    room: str
    person: str
    name: str


@event("room.closed", audience=["room", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomClosed(Event):
    """A peer room ended. Who ended it is never told."""

    room: str


@event("home.changed", audience=["person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChanged(Event):
    """Something on the person's home changed: an invitation, an unread message, a notice. Carries no detail."""

    what: Literal["invitation", "message", "notice", "session"]
