"""Counted minutes of a week against the target of the level of care that holds. Kind words are the template's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from groups.models import Cohort, Programme, ProgrammeLevel, Session
from groups.services import attendance
from groups.zone import local_day, moment_of
from peers.models import Level, Stay, User
from peers.services.stays import stay_on
from records.clock import now


@dataclass(frozen=True, slots=True)
class Week:
    """One person's week so far. All in minutes."""

    counted: int
    target: int
    ahead: int
    """Planned minutes of sessions still to come today."""
    level: Level | None

    @property
    def after_today(self) -> int:
        """What will be counted after today's sessions."""
        return self.counted + self.ahead


def week_of(person: User, cohorts: list[Cohort], programme: Programme) -> Week:
    """This week (Monday to Sunday where the programme is), as of now."""
    today = local_day(programme, now())
    monday = today - timedelta(days=today.weekday())
    sessions = sessions_between(cohorts, programme, monday, today)
    counted = attendance.of(sessions, person_id=person.pk)
    minutes = sum(row[person.pk].minutes for row in counted.values() if person.pk in row)
    ahead = sum(
        int((session.ends_at - max(session.starts_at, now())).total_seconds() // 60)
        for session in sessions_between(cohorts, programme, today, today)
        if session.ends_at > now() and session.state not in (Session.State.ENDED, Session.State.CANCELLED)
    )
    stay = stay_on(person.pk, programme.pk, today)
    return Week(minutes, target_of(programme, stay), ahead, Level(stay.level) if stay else None)


def target_of(programme: Programme, stay: Stay | None) -> int:
    """The weekly target of a stay's level, in minutes; 0 without one."""
    if stay is None:
        return 0
    row = ProgrammeLevel.objects.filter(programme=programme, level=stay.level).first()
    return row.weekly_minutes if row else 0


def sessions_between(cohorts: list[Cohort], programme: Programme, first: date, last: date) -> list[Session]:
    """The sessions of cohorts from the start of one day to the end of another, in order."""
    begins, ends = _midnight(programme, first), _midnight(programme, last + timedelta(days=1))
    found = Session.objects.filter(cohort__in=cohorts, starts_at__gte=begins, starts_at__lt=ends)
    return list(
        found.exclude(state=Session.State.CANCELLED).select_related("cohort", "lead", "co_lead").order_by("starts_at")
    )


def _midnight(programme: Programme, day: date) -> datetime:
    return moment_of(programme, day, time(0))
