"""Domain events of `groups`: what higher apps may act on, in the transaction that makes it true."""

from dataclasses import dataclass
from uuid import UUID

from groups.gate import Verdict
from groups.models import Message, Session
from records.domain import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMarked(DomainEvent):
    """A message was kept (published or held) of which the gate made something. What it made nothing of is not told."""

    message: Message
    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRefused(DomainEvent):
    """Words were refused (closed, paused, not your turn, too fast), yet read: no goodbye is lost to a rule."""

    room_id: UUID
    cohort_id: UUID
    session_id: UUID | None
    author_id: UUID
    cid: str
    code: str
    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTakenBack(DomainEvent):
    """Its author withdrew a message (held or published)."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUnstaffed(DomainEvent):
    """A live session was paused because nobody who could lead it is there."""

    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved(DomainEvent):
    """A session went from one state to another."""

    session: Session
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEnded(DomainEvent):
    """A person is no longer a member of a cohort."""

    person_id: UUID
    cohort_id: UUID
