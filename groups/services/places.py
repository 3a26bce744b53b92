"""How many places a cohort has: 6 to 12 as its admin decides, more only as a supervisor allows with a reason.

The range is the program's own rule, not a threshold of anybody's health.
"""

from uuid import UUID

from django.db import transaction

from groups.errors import Refused
from groups.models import Cohort, Membership, PlacesAllowed, Room
from records import audit, sealing
from records.clock import now

SMALLEST, USUAL_MOST = 6, 12
MOST = 2 * USUAL_MOST
"""A guard against a slip of the finger, not a clinical number."""


def taken(cohort: Cohort) -> int:
    """How many places are taken."""
    return Membership.objects.filter(cohort=cohort, ended_at=None).count()


def most(cohort: Cohort | None) -> int:
    """The most places its admin may give it: what a supervisor allowed and still holds, or 12."""
    return max(USUAL_MOST, cohort.capacity) if cohort else USUAL_MOST


def allow(*, cohort_id: UUID, places: int, reason: str, by: UUID) -> PlacesAllowed:
    """A supervisor allows more than 12 places. The reason is sealed. Raises `Refused` below what is taken, or usual."""
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update().get(pk=cohort_id)
        if not USUAL_MOST < places <= MOST:
            raise Refused("not_now", f"Choose from {USUAL_MOST + 1} to {MOST} places.")
        if places < taken(cohort):
            raise Refused("not_now", f"{taken(cohort)} people belong to it, so it needs at least that many places.")
        made = PlacesAllowed(cohort=cohort, places=places, by_id=by, at=now())
        made.reason_sealed = sealing.seal(_owner(cohort), f"places:{made.pk}", reason)
        made.save()
        cohort.capacity = places
        cohort.save(update_fields=["capacity"])
        audit.record("cohort.allow_places", "cohort", cohort.pk, actor=by, places=places)
        return made


def allowed(cohort: Cohort) -> tuple[PlacesAllowed, str] | None:
    """Who allowed the places above the usual that the cohort has now, and why; None while it has no more than usual."""
    if cohort.capacity <= USUAL_MOST:
        return None
    newest = PlacesAllowed.objects.filter(cohort=cohort).select_related("by").order_by("-at").first()
    if newest is None:
        return None
    return newest, sealing.unseal(_owner(cohort), f"places:{newest.pk}", newest.reason_sealed)


def _owner(cohort: Cohort) -> sealing.Owner:
    return sealing.room(Room.objects.get(cohort=cohort, kind=Room.Kind.GROUP).pk)
