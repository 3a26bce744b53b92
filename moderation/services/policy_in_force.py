"""The policy a message is judged by: read once, and trusted for two seconds, since it stands before every post.

The process that sets one forgets at once; another process goes on for two seconds at the most.
"""

import threading
from collections.abc import Mapping
from time import monotonic
from uuid import UUID

from django.db import transaction

from moderation.models import ScreenPolicy
from moderation.screening.policy import DEFAULT, Policy, kept

LIFETIME = 2.0
"""Seconds a process trusts what it read."""
_known: dict[UUID, tuple[float, Mapping[str, Policy]]] = {}
_lock = threading.Lock()
_changes = 0
"""How often something was forgotten: what was read before a change is not remembered after it."""


def in_force(programme: UUID, room_kind: str) -> Policy:
    """The policy of a programme's rooms of a kind; the default where none is set, and for the staff line.

    Raises what the database raises: nothing is judged by a policy nobody could read.
    """
    known = _known.get(programme)
    if known is None or monotonic() - known[0] >= LIFETIME:
        known = _read(programme)
    return known[1].get(room_kind, DEFAULT)


def forget(programme: UUID) -> None:
    """Read it anew at the next message. Call once a change is committed."""
    global _changes
    with _lock:
        _changes += 1
        _known.pop(programme, None)


def newest(programme: UUID, room_kind: str) -> ScreenPolicy | None:
    """The setting that counts, from the database."""
    return ScreenPolicy.objects.filter(programme=programme, room_kind=room_kind).order_by("-set_at").first()


def _read(programme: UUID) -> tuple[float, Mapping[str, Policy]]:
    before, at = _changes, monotonic()
    rows = [(kind, newest(programme, kind)) for kind in ScreenPolicy.RoomKind.values]
    read = at, {kind: kept(row.table) for kind, row in rows if row is not None}
    # Inside a transaction a row may be one that is never committed: remembered only if it is.
    transaction.on_commit(lambda: _remember(programme, read, before))
    return read


def _remember(programme: UUID, read: tuple[float, Mapping[str, Policy]], before: int) -> None:
    with _lock:
        if _changes == before:
            _known[programme] = read
