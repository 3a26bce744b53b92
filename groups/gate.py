"""The seam every post passes before anybody sees it. `moderation` implements it; settings name the class."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID


class Action(StrEnum):
    """What becomes of a draft, mildest first."""

    PUBLISH = "publish"
    FLAG = "flag"
    HOLD = "hold"
    PAGE = "page"

    @property
    def holds(self) -> bool:
        """Whether the words stay unseen by peers until a person has decided."""
        return self in (Action.HOLD, Action.PAGE)


HeldFor = Literal["waiting", "contact", "screen_down", "kept_back"]
"""Why a message is held: it waits to be read; for nothing but a way to reach somebody outside; since nothing could be
checked; or it was read and stays so."""
CONTACT = "contact exchange"
"""The category of a way to reach somebody outside; its author is told so, since it is no secret what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Words on their way to a room, and where they would be read."""

    message_id: UUID
    room_id: UUID
    room_kind: str
    cohort_id: UUID
    programme_id: UUID
    author_id: UUID
    text: str
    live: bool
    """Whether a session of the room's cohort is live."""
    author_is_staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule saw: offsets are code points of the original text, end exclusive."""

    rule: str
    version: int
    category: str
    lane: str
    severity: str
    alerts: bool
    scope: str
    start: int
    end: int
    track: str = ""
    """`duty to warn` or `mandated report`: what a clinician has to decide on beside care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gate makes of a draft."""

    action: Action
    severity: str = "green"
    lane: str | None = None
    veils: tuple[tuple[int, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    screen_down: bool = False
    """The gate itself failed: held, because nobody could look."""


class MessageGate(Protocol):
    """`screen` is quick. If it raises or answers nonsense, the message is held.

    One that must ask the database lets Django's `SynchronousOnlyOperation` through: it is asked again on a thread.
    """

    def screen(self, draft: Draft) -> Verdict:
        """Judge a draft."""
