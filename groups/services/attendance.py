"""Minutes in a session, from stored presence. Computing is pure; corrections are kept beside it, never over it.

Counted are the minutes a person was present while the session really ran (from its opening to its end, or until now).
Their connections are joined into one; a gap of up to two minutes counts as present. Whole minutes, rounded down.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from groups.errors import Refused
from groups.models import AttendanceCorrection, Membership, PresenceSpan, Session
from groups.zone import local_day
from peers.models import User
from records import audit, sealing
from records.clock import now

GRACE = timedelta(minutes=2)
MOST_MINUTES = 24 * 60
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One person's attendance of one session. Times are None when presence shows none."""

    joined_at: datetime | None
    left_at: datetime | None
    """When they last left; None while they are still connected."""
    presence_minutes: int
    corrected_minutes: int | None = None

    @property
    def minutes(self) -> int:
        """What counts: the newest correction, or presence."""
        return self.presence_minutes if self.corrected_minutes is None else self.corrected_minutes

    @property
    def corrected(self) -> bool:
        """Whether staff put the minutes right."""
        return self.corrected_minutes is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the attendance page."""

    person: User
    counted: Counted


NOT_THERE = Counted(joined_at=None, left_at=None, presence_minutes=0)


def joined_up(stretches: Iterable[Stretch], grace: timedelta = GRACE) -> list[Stretch]:
    """Stretches of time as one list without overlaps, in order; gaps of up to `grace` are closed."""
    whole: list[Stretch] = []
    for start, end in sorted(stretches):
        if whole and start - whole[-1][1] <= grace:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def minutes(stretches: Iterable[Stretch], ran: Stretch | None, grace: timedelta = GRACE) -> int:
    """Whole minutes of presence within the time a session `ran`; 0 when it never ran."""
    if ran is None:
        return 0
    clipped = ((max(start, ran[0]), min(end, ran[1])) for start, end in joined_up(stretches, grace))
    inside = sum((end - start for start, end in clipped if end > start), timedelta())
    return int(inside.total_seconds() // 60)


def ran(session: Session, at: datetime) -> Stretch | None:
    """From when to when a session really ran, so far; None if it was never opened by anybody."""
    if session.began_at is None:
        return None
    return session.began_at, max(session.began_at, session.ended_at or at)


def of(sessions: Sequence[Session], *, person_id: UUID | None = None) -> dict[UUID, dict[UUID, Counted]]:
    """Attendance by session and person (everybody with presence or a correction, or `person_id` only)."""
    at = now()
    spans = PresenceSpan.objects.filter(session__in=sessions)
    fixes = AttendanceCorrection.objects.filter(session__in=sessions).order_by("at")
    if person_id is not None:
        spans, fixes = spans.filter(person=person_id), fixes.filter(person=person_id)
    by_pair: defaultdict[tuple[UUID, UUID], list[PresenceSpan]] = defaultdict(list)
    for span in spans.order_by("joined_at"):
        by_pair[span.session_id, span.person_id].append(span)
    newest = {(fix.session_id, fix.person_id): fix.minutes for fix in fixes}
    times = {session.pk: ran(session, at) for session in sessions}
    found: dict[UUID, dict[UUID, Counted]] = {session.pk: {} for session in sessions}
    for session_id, person in by_pair.keys() | newest.keys():
        key = session_id, person
        found[session_id][person] = _counted(by_pair.get(key, []), times[session_id], newest.get(key))
    return found


def sheet(session: Session) -> list[Row]:
    """Every participant of the session, by name: those who were there, and members of that day who were not."""
    counted = of([session])[session.pk]
    members = members_then(session)
    people = User.objects.filter(pk__in=members)
    rows = [Row(person=person, counted=counted.get(person.pk, NOT_THERE)) for person in people]
    return sorted(rows, key=lambda row: (row.person.display_name.casefold(), str(row.person.pk)))


def members_then(session: Session) -> set[UUID]:
    """Who belonged to the cohort at the time of a session, those who left it since included; no staff."""
    day = local_day(session.cohort.programme, session.starts_at)
    there = Membership.objects.filter(cohort=session.cohort_id, starts_on__lte=day)
    there = there.filter(Q(ends_on=None) | Q(ends_on__gte=day))
    still = there.filter(Q(ended_at=None) | Q(ended_at__gt=session.starts_at))
    return set(still.values_list("person", flat=True))


def correct(*, session_id: UUID, person_id: UUID, by: UUID, counted: int, reason: str) -> AttendanceCorrection:
    """Put a person's minutes right. The reason is sealed; the newest correction counts and all are kept.

    Raises `Refused` without a reason, for impossible minutes, or for somebody who was no member then.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("empty", "Say why, so that whoever reads this later understands.")
    if not 0 <= counted <= MOST_MINUTES:
        raise Refused("bad_minutes", "Minutes are a whole number from 0 to 1440.")
    with transaction.atomic():
        session = Session.objects.filter(pk=session_id).first()
        if session is None or person_id not in members_then(session):
            raise Refused("not_found", "This person was not in the group then.")
        key = uuid4()
        audit.record(
            "attendance.correct",
            "session",
            session_id,
            actor=by,
            person=person_id,
            minutes=counted,
            correction=str(key),
        )
        return AttendanceCorrection.objects.create(
            id=key,
            session=session,
            person_id=person_id,
            minutes=counted,
            reason_sealed=sealing.seal(sealing.person(person_id), key, reason),
            by_id=by,
            at=now(),
        )


def corrections(session: Session) -> list[tuple[AttendanceCorrection, str]]:
    """Every correction of a session with its reason, newest first; the caller audits the reading."""
    kept = AttendanceCorrection.objects.filter(session=session).select_related("person", "by").order_by("-at")
    return [(fix, sealing.unseal(sealing.person(fix.person_id), fix.pk, fix.reason_sealed)) for fix in kept]


def _counted(spans: Sequence[PresenceSpan], when: Stretch | None, corrected: int | None) -> Counted:
    stretches = [(span.joined_at, span.left_at or span.seen_at) for span in spans]
    ended = [span.left_at for span in spans if span.left_at is not None]
    return Counted(
        joined_at=min((start for start, _ in stretches), default=None),
        left_at=max(ended, default=None) if len(ended) == len(spans) else None,
        presence_minutes=minutes(stretches, when),
        corrected_minutes=corrected,
    )
