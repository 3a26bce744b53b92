"""From the weekly schedule to sessions four weeks ahead; cancelling and moving them.

A slot is a time on the wall in the programme's zone, so a session keeps its hour when the clocks change. Making is
idempotent: one session for a slot and local day (a database constraint), also when it has been moved since.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from groups import plan
from groups.errors import Refused
from groups.events import HomeChanged
from groups.models import RefusedSession, ScheduleSlot, Session
from groups.services import phases, presence
from groups.services.hold import Held, hold
from groups.zone import local_day, moment_of
from records import audit
from records.clock import now

AHEAD = timedelta(weeks=4)
LONGEST_REASON = 200
log = logging.getLogger("holdfast.sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWindow:
    """What a schedule guard is asked about: a cohort's session from one moment to another."""

    cohort_id: UUID
    programme_id: UUID
    starts_at: datetime
    ends_at: datetime


def guarded(window: SessionWindow) -> str | None:
    """Why a session may not take place then, in the first objecting guard's words for staff; None if it may."""
    for path in settings.SCHEDULE_GUARDS:
        reason: str | None = import_string(path)(window)
        if reason:
            return reason
    return None


def days(slot: ScheduleSlot, start: date, end: date) -> Iterator[date]:
    """The local days from `start` to `end` (both included) on which a slot falls. Pure."""
    last = min(day for day in (end, slot.until, slot.cohort.ends_on) if day)
    day = start + timedelta(days=(slot.weekday - start.isoweekday()) % 7)
    while day <= last:
        yield day
        day += timedelta(days=7)


def window(slot: ScheduleSlot, day: date) -> SessionWindow:
    """From when to when a slot lasts on a local day. Its minutes are real minutes, whatever the clocks do meanwhile."""
    programme = slot.cohort.programme
    starts = moment_of(programme, day, slot.starts)
    return SessionWindow(
        cohort_id=slot.cohort_id,
        programme_id=programme.pk,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=slot.minutes),
    )


def fill(moment: datetime) -> int:
    """Make the sessions of the next four weeks that are missing; returns how many. Due work, safe in two workers.

    What a guard refuses is kept as a `RefusedSession` with its reason, asked again at the next round.
    """
    made = 0
    for slot in ScheduleSlot.objects.select_related("cohort__programme"):
        try:
            made += _fill(slot, moment)
        except Exception as error:
            log.error("slot %s could not be filled (%s)", slot.pk, type(error).__name__)
    return made


def refused(cohort_id: UUID) -> list[RefusedSession]:
    """Weekly sessions of a cohort that could not be made, soonest first."""
    kept = RefusedSession.objects.filter(slot__cohort=cohort_id, starts_at__gte=now())
    return list(kept.select_related("slot").order_by("starts_at"))


def cancel(*, session_id: UUID, by: UUID) -> Session:
    """Cancel a session that has not begun; its people are told on their home. Raises `Refused` once it has."""
    with transaction.atomic():
        held = hold(session_id, topics=phases.home_topics(session_id))
        if held.session.state != Session.State.CANCELLED:
            phases.require_legal(held.session, Session.State.CANCELLED, phases.Mover.OFFICE)
            phases.go(held, Session.State.CANCELLED, by=by)
        return held.session


def move_to(*, session_id: UUID, by: UUID, starts_at: datetime) -> Session:
    """Give a session that has not begun another time, of the same length; its people are told on their home.

    Raises `Refused` for the past, for one that has begun, and with a guard's words.
    """
    if starts_at <= now():
        raise Refused("not_now", "That time has passed. Choose one to come.")
    with transaction.atomic():
        home = phases.home_topics(session_id)
        held = hold(session_id, topics=home)
        session = held.session
        if session.state != Session.State.SCHEDULED:
            raise Refused("not_now", "Only a session that has not begun can be moved.")
        ends_at = starts_at + (session.ends_at - session.starts_at)
        asked = SessionWindow(
            cohort_id=session.cohort_id,
            programme_id=session.cohort.programme_id,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        if reason := guarded(asked):
            raise Refused("guarded", reason)
        others = Session.objects.filter(cohort=session.cohort_id).exclude(pk=session.pk).exclude(state__in=phases.ENDS)
        if others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
            raise Refused("not_now", "The group has another session then. Choose another time.")
        session.starts_at, session.ends_at = starts_at, ends_at
        session.save()
        audit.record("session.reschedule", "session", session.pk, actor=by, starts_at=starts_at.isoformat())
        held.tell([phases.changed(held)], also=[(topic, (HomeChanged, {"what": "session"})) for topic in home])
        return session


def roll_forward(*, session_id: UUID, gone: timedelta) -> Session:
    """Put a session in the work phase as if it had begun `gone` ago; nobody's socket was seen in it yet.

    For a demonstration clinic, whose live session is always live: call at start, before anybody is connected.
    """
    with transaction.atomic():
        home = phases.home_topics(session_id)
        held = hold(session_id, topics=home)
        session, moment = held.session, now()
        other = phases.live_session(session.cohort_id)
        if other is not None and other.pk != session.pk:
            phases.go(Held(other, held.room), Session.State.ENDED, by=None, reason="ended")
        length = session.ends_at - session.starts_at
        before = sum(minutes for phase, minutes in plan.of(session).items() if phase in phases.PHASES[:2])
        session.starts_at = session.began_at = moment - gone
        session.ends_at = session.starts_at + length
        session.phase_since = session.state_since = min(session.starts_at + timedelta(minutes=before), moment)
        session.state, session.paused_from, session.paused_reason = Session.State.WORK, "", ""
        session.leading_id, session.ended_at = session.lead_id, None
        session.lead_seen_at = session.staff_due_at = session.overtime_told_at = None
        session.slot = session.slot_on = None  # it is no longer where the schedule put it
        for left_behind in (session.turns, session.hands, session.farewells):
            left_behind.all().delete()
        presence.forget(session)
        session.save()
        held.tell([phases.changed(held)])
        return session


def _fill(slot: ScheduleSlot, moment: datetime) -> int:
    programme = slot.cohort.programme
    made = 0
    for day in days(slot, local_day(programme, moment), local_day(programme, moment + AHEAD)):
        asked = window(slot, day)
        if asked.starts_at > moment and not _exists(slot, day, asked):
            made += _make(slot, day, asked)
    return made


def _exists(slot: ScheduleSlot, day: date, asked: SessionWindow) -> bool:
    mine = Session.objects.filter(slot=slot)
    return mine.filter(slot_on=day).exists() or mine.filter(starts_at=asked.starts_at).exists()


def _make(slot: ScheduleSlot, day: date, asked: SessionWindow) -> int:
    if reason := guarded(asked):
        kept = {"starts_at": asked.starts_at, "reason": reason[:LONGEST_REASON]}
        if not RefusedSession.objects.filter(slot=slot, slot_on=day, **kept).exists():
            RefusedSession.objects.update_or_create(slot=slot, slot_on=day, defaults={**kept, "at": now()})
        return 0
    values = {
        "cohort": slot.cohort,
        "title": title(slot),
        "starts_at": asked.starts_at,
        "ends_at": asked.ends_at,
        "plan": slot.cohort.plan,
        "lead_id": slot.lead_id,
        "co_lead_id": slot.co_lead_id,
    }
    with transaction.atomic():
        made = Session.objects.get_or_create(slot=slot, slot_on=day, defaults=values)[1]
        RefusedSession.objects.filter(slot=slot, slot_on=day).delete()
    return int(made)


def title(slot: ScheduleSlot) -> str:
    """What a session is called: the cohort and the part of the day, as in `Harbor evening`."""
    hour = slot.starts.hour
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    return f"{slot.cohort.name} {part}"
