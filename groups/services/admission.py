"""Admission: what was assessed, the modalities with who is responsible for each, and the place in a cohort."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from groups.errors import Refused
from groups.models import Cohort, Programme
from groups.services import enrolment
from groups.zone import local_day
from peers.errors import NotDone
from peers.models import Assessment, Grant, Level, Modality, User
from peers.models.care import CareModality
from peers.permissions import Role
from peers.services import identity, invitations, stays
from records import audit, sealing
from records.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an assessment found."""

    level: Level
    reasons: str
    modalities: dict[Modality, UUID]
    """Each modality and the clinician responsible for it."""
    days: list[int]
    """ISO weekdays the person can come."""
    daytime: bool
    evening: bool
    home_safe: bool
    """Whether home is safe enough to join from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Who is admitted."""

    email: str
    legal_name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody has a place."""

    person: User
    invited: bool
    """Whether an invitation went out, because they do not sign in yet."""


def clinicians(programme: Programme) -> QuerySet[User]:
    """Who can be responsible for a modality in a programme, by name."""
    held = Grant.objects.filter(role=Role.CLINICIAN, scope=programme.pk, ended_at=None)
    return User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("display_name")


def admit(*, cohort_id: UUID, by: UUID, entrant: Entrant, findings: Findings, starts_on: date) -> Admitted:
    """Record the assessment and give the person a place from `starts_on`; a newcomer is invited by mail.

    All of it or nothing. Raises `Refused` as `enrolment.enrol` does, and for the address of staff.
    """
    with transaction.atomic():
        programme = Cohort.objects.select_related("programme").get(pk=cohort_id).programme
        enrolment.require_age(programme, entrant.birth_date, starts_on)
        person = User.objects.filter(email__iexact=entrant.email.strip()).first()
        if person is not None and person.grants.filter(ended_at=None).exists():
            raise Refused("not_now", "This address belongs to a member of staff.")
        if person is not None and identity.birth_date(person) not in (None, entrant.birth_date):
            raise Refused("not_now", "Somebody with another birth date uses this address. Check both.")
        person = person or invitations.enrolled(entrant.email)
        identity.keep(person=person, by=by, legal_name=entrant.legal_name, birth_date=entrant.birth_date)
        enrolment.enrol(cohort_id=cohort_id, person_id=person.pk, by=by, starts_on=starts_on)
        assess(person=person, programme=programme, by=by, findings=findings, level_from=starts_on)
        if not person.is_active:
            invitations.invite(email=person.email, role=Role.PARTICIPANT, scope=cohort_id, by=by, person=person)
        return Admitted(person, invited=not person.is_active)


def assess(*, person: User, programme: Programme, by: UUID, findings: Findings, level_from: date) -> Assessment:
    """Keep an assessment, its reasons sealed; where it finds another level, that level holds from `level_from`."""
    allowed = set(clinicians(programme).values_list("pk", flat=True))
    if not set(findings.modalities.values()) <= allowed:
        raise Refused("not_found", "Choose a clinician of this program for each modality.")
    with transaction.atomic():
        made = Assessment(
            person=person,
            programme=programme.pk,
            made_by_id=by,
            made_at=now(),
            level=findings.level,
            available_days=findings.days,
            available_daytime=findings.daytime,
            available_evening=findings.evening,
            home_safe=findings.home_safe,
        )
        made.reasons_sealed = sealing.seal(sealing.person(person.pk), f"assessment:{made.pk}", findings.reasons)
        made.save(force_insert=True)
        CareModality.objects.bulk_create(
            [CareModality(assessment=made, modality=one, clinician_id=who) for one, who in findings.modalities.items()]
        )
        audit.record("assessment.make", "assessment", made.pk, actor=by, person=person.pk, level=findings.level.value)
        held = stays.stay_on(person.pk, programme.pk, level_from)
        if held is None or held.level != findings.level:
            step(person=person, programme=programme, level=findings.level, on=level_from, by=by, reason="")
        return made


def step(*, person: User, programme: Programme, level: Level, on: date, by: UUID, reason: str) -> None:
    """Step up or down on a date; cohort, team, room and history stay. Raises `Refused` in the person's words."""
    try:
        stays.step(
            person_id=person.pk,
            programme_id=programme.pk,
            level=level,
            on=on,
            today=local_day(programme, now()),
            by=by,
            reason=reason,
        )
    except NotDone as refused:
        raise Refused("not_now", refused.reason) from None


def newest(person: User, programme: Programme) -> Assessment | None:
    """The assessment that counts, with its modalities."""
    made = Assessment.objects.filter(person=person, programme=programme.pk).select_related("made_by")
    return made.prefetch_related("modalities__clinician").order_by("-made_at").first()


def reasons_of(assessment: Assessment) -> str:
    """Why this level, for those who may read it."""
    owner = sealing.person(assessment.person_id)
    return sealing.unseal(owner, f"assessment:{assessment.pk}", assessment.reasons_sealed)
