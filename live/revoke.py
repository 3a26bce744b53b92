"""Taking access away from open sockets, in every process, within a second, with or without a bus.

It is told on an internal topic that every hub follows; so the one-second look finds it even when no bell rings.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from live import log
from live.events import Event, event

TOPIC = "system:access"


@event("access.recheck", audience=["system"])
@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck(Event):
    """What this person may follow must be asked again."""

    person: str


@event("access.signed_out", audience=["system"])
@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    """A session, or every session of a person, is over."""

    person: str | None
    session: str | None
    """SHA-256 of the session's key."""


def recheck(person_id: UUID) -> None:
    """Ask again for every topic of this person's sockets; where the answer is now no, the socket closes with 4403."""
    with transaction.atomic():
        log.tell(TOPIC, Recheck, {"person": str(person_id)})


def sign_out(*, person_id: UUID | None = None, session_key: str | None = None) -> None:
    """Close, with 4401, the sockets of one session or of every session of a person."""
    kept = {"person": str(person_id) if person_id else None, "session": digest(session_key) if session_key else None}
    with transaction.atomic():
        log.tell(TOPIC, SignedOut, kept)


def digest(session_key: str) -> str:
    """A session key as it may be kept."""
    return hashlib.sha256(session_key.encode()).hexdigest()
