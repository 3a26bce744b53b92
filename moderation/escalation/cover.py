"""On-call cover: a room may be scheduled only if somebody answers for its whole window and an hour after."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from groups.services.schedule import SessionWindow
from moderation.models import OnCall

AFTER = timedelta(minutes=60)
Stretch = tuple[datetime, datetime]


def guard(window: SessionWindow) -> str | None:
    """Why a session may not be scheduled in this window; None if clinicians are on call throughout."""
    found = gaps(window.programme_id, window.starts_at, window.ends_at + AFTER)
    if not found:
        return None
    first = found[0][0]
    return f"No clinician is on call from {first:%Y-%m-%d %H:%M} UTC. Add cover for the session and the hour after it."


def gaps(programme_id: UUID, starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """Where no clinician, first or back-up, is on call between two moments."""
    shifts = OnCall.objects.filter(
        programme=programme_id,
        rung__in=[OnCall.Rung.CLINICIAN, OnCall.Rung.BACK_UP],
        ends_at__gt=starts_at,
        starts_at__lt=ends_at,
        person__is_active=True,
    )
    return uncovered(list(shifts.values_list("starts_at", "ends_at")), starts_at, ends_at)


def uncovered(shifts: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """The stretches of a window that no shift covers, in order. Pure."""
    found, at = [], starts_at
    for begins, ends in sorted(shifts):
        if begins > at:
            found.append((at, min(begins, ends_at)))
        at = max(at, ends)
        if at >= ends_at:
            return found
    return [*found, (at, ends_at)] if at < ends_at else found
