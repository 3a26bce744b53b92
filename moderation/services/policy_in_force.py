"""The policy a message is judged by: read once, and trusted for two seconds, since it stands before every post.

The process that sets one forgets at once; another process goes on for two seconds at the most.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from django.db import transaction

from groups.models import Programme
from moderation.models import ScreenPolicy
from moderation.screening.policy import DEFAULT, Policy, kept

LIFETIME = 2.0
"""Seconds a process trusts what it read."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a programme, and when."""

    at: float
    policies: Mapping[str, Policy]
    numbers: frozenset[str]
    """Its telephone number, digits only."""


_known: dict[UUID, _Read] = {}
_lock = threading.Lock()
_changes = 0
"""How often something was forgotten: what was read before a change is not remembered after it."""


def in_force(programme: UUID, room_kind: str) -> Policy:
    """The policy of a programme's rooms of a kind; the default where none is set, and for the staff line.

    Raises what the database raises: nothing is judged by a policy nobody could read.
    """
    return _current(programme).policies.get(room_kind, DEFAULT)


def own_numbers(programme: UUID) -> frozenset[str]:
    """The programme's own telephone numbers, digits only. Raises what the database raises."""
    return _current(programme).numbers


def _current(programme: UUID) -> _Read:
    known = _known.get(programme)
    return known if known is not None and monotonic() - known.at < LIFETIME else _read(programme)


def forget(programme: UUID) -> None:
    """Read it anew at the next message. Call once a change is committed."""
    global _changes
    with _lock:
        _changes += 1
        _known.pop(programme, None)


def newest(programme: UUID, room_kind: str) -> ScreenPolicy | None:
    """The setting that counts, from the database."""
    return ScreenPolicy.objects.filter(programme=programme, room_kind=room_kind).order_by("-set_at").first()


def _read(programme: UUID) -> _Read:
    before, at = _changes, monotonic()
    rows = [(kind, newest(programme, kind)) for kind in ScreenPolicy.RoomKind.values]
    phones = Programme.objects.filter(pk=programme).values_list("phone", flat=True)
    numbers = frozenset(re.sub(r"\D", "", phone) for phone in phones)
    read = _Read(at, {kind: kept(row.table) for kind, row in rows if row is not None}, numbers)
    # Inside a transaction a row may be one that is never committed: remembered only if it is.
    transaction.on_commit(lambda: _remember(programme, read, before))
    return read


def _remember(programme: UUID, read: _Read, before: int) -> None:
    with _lock:
        if _changes == before:
            _known[programme] = read
