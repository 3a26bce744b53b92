"""What happens to sessions and memberships by itself, each a small task the worker goes round (records/due.py)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from groups.events import SessionOvertime
from groups.models import Session
from groups.services import enrolment, phases, presence, schedule, staffing
from groups.services.duty import leads_of
from groups.services.hold import hold
from groups.session_words import LOBBY_BEFORE
from live.events import plain
from records import due

State = Session.State
UNSTAFFED_ENDS = timedelta(minutes=30)
"""How long after its window a session nobody leads any more is ended."""
LONGEST_OVERTIME = timedelta(hours=4)
"""How long after its window a session is ended even if a lead's page is still open somewhere."""
log = logging.getLogger("holdfast.sessions")


def register() -> None:
    """Give the worker its tasks."""
    due.register("session lobbies", open_lobbies)
    due.register("absent leads", staffing.look)
    due.register("session overtime", tell_overtime, every=5.0)
    due.register("session ends", end_overdue, every=5.0)
    due.register("lost presence", presence.close_lost, every=5.0)
    due.register("weekly schedule", schedule.fill, every=60.0)
    due.register("planned discharges", enrolment.end_due, every=30.0)


def open_lobbies(moment: datetime) -> int:
    """Open the lobby of each session that begins within 15 minutes, once the cohort's last one is over."""
    soon = Session.objects.filter(
        state=State.SCHEDULED, starts_at__lte=moment + LOBBY_BEFORE, ends_at__gt=moment
    ).order_by("starts_at")
    return _each(soon, lambda session_id: _open(session_id))


def end_overdue(moment: datetime) -> int:
    """End sessions whose window is long over: those nobody opened, those nobody leads, at last those left open.

    A session that runs over with its lead there is never cut off in mid-sentence.
    """
    over = Session.objects.filter(
        state__in=[State.SCHEDULED, *Session.LIVE], ends_at__lte=moment - UNSTAFFED_ENDS
    ).order_by("ends_at")
    return _each(over, lambda session_id: _end(session_id, moment))


def tell_overtime(moment: datetime) -> int:
    """Tell a live session's staff, once, that its window is over."""
    over = Session.objects.filter(state__in=Session.LIVE, ends_at__lte=moment, overtime_told_at=None)
    return _each(over, lambda session_id: _tell_overtime(session_id, moment))


def _open(session_id: UUID) -> int:
    held = hold(session_id, topics=phases.home_topics(session_id))
    session = held.session
    if session.state != State.SCHEDULED or phases.live_session(session.cohort_id) is not None:
        return 0
    phases.go(held, State.LOBBY, by=None)
    return 1


def _end(session_id: UUID, moment: datetime) -> int:
    held = hold(session_id, topics=phases.home_topics(session_id))
    session = held.session
    if State.ENDED not in phases.legal(session.state, session.paused_from, phases.Mover.CLOCK):
        return 0
    leads = presence.seen(session_id, leads_of(session.cohort))
    if any(lead.here(moment) for lead in leads) and moment < session.ends_at + LONGEST_OVERTIME:
        return 0
    led_until = max([session.ends_at, *(lead.seen_at for lead in leads)])
    phases.go(held, State.ENDED, by=None, reason="ended", ended_at=min(led_until, moment))
    return 1


def _tell_overtime(session_id: UUID, moment: datetime) -> int:
    held = hold(session_id)
    told = Session.objects.filter(pk=session_id, overtime_told_at=None, state__in=Session.LIVE)
    if not told.update(overtime_told_at=moment):
        return 0
    kept = {"session": str(session_id), "ends_at": plain(held.session.ends_at)}
    held.tell([(SessionOvertime, kept)], staff_only=True)
    return 1


def _each(sessions: QuerySet[Session], act: Callable[[UUID], int]) -> int:
    """Act on each in a transaction of its own; one that fails is logged and tried again at the next round."""
    done = 0
    for session_id in list(sessions.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                done += act(session_id)
        except Exception as error:
            log.error("session %s could not be moved (%s)", session_id, type(error).__name__)
    return done
