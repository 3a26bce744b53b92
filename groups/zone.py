"""A programme's own clock on the wall: its zone, its days, and a wall time as a moment."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from groups.models import Programme


def zone(programme: Programme) -> ZoneInfo:
    """The programme's zone."""
    return ZoneInfo(programme.timezone)


def local_day(programme: Programme, moment: datetime) -> date:
    """Which day a moment falls on where the programme is."""
    return moment.astimezone(zone(programme)).date()


def moment_of(programme: Programme, day: date, wall: time) -> datetime:
    """The moment a wall clock there shows `wall` on `day`, in UTC.

    In the hour a clock skips in spring, the moment the same time after the skip; in the hour it repeats in autumn, the
    first of the two.
    """
    return datetime.combine(day, wall, tzinfo=zone(programme)).astimezone(UTC)
