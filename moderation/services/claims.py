"""Who works on a case: a claim with a lease, and who else is looking."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from groups.errors import Refused
from moderation.models import Case, Looking
from moderation.services.flags import note_entry, tell
from moderation.targets import CLAIM
from peers.models import User
from records import audit
from records.clock import now

LOOKS = timedelta(seconds=45)


def claim(case: Case, *, by: User) -> Case:
    """Take or renew a case for ten minutes. Raises `Refused` while somebody else holds it."""
    with transaction.atomic():
        at = now()
        free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lte=at)
        changed = Case.objects.filter(free, pk=case.pk, state=Case.State.OPEN).update(
            claimed_by=by, claimed_until=at + CLAIM
        )
        fresh = Case.objects.select_related("claimed_by", "cohort", "room").get(pk=case.pk)
        if not changed:
            name = fresh.claimed_by.display_name if fresh.claimed_by else ""
            raise Refused("closed", f"{name} has it." if name else "This case is closed.")
        if case.claimed_by_id != by.pk:
            note_entry(fresh, "claimed", by)
            audit.record("case.claim", "case", case.pk, actor=by.pk, person=case.person_id)
            tell(fresh)
        return fresh


def let_go(case: Case, *, by: User) -> None:
    """Give a case back to the queue."""
    with transaction.atomic():
        if Case.objects.filter(pk=case.pk, claimed_by=by).update(claimed_by=None, claimed_until=None):
            note_entry(case, "let_go", by)
            tell(case)


def look(case: Case, *, by: User) -> list[User]:
    """Note that somebody has the case open; returns who else does."""
    at = now()
    Looking.objects.update_or_create(
        case=case, person=by, defaults={"seen_at": at}, create_defaults={"since": at, "seen_at": at}
    )
    others = Looking.objects.filter(case=case, seen_at__gt=at - LOOKS).exclude(person=by).select_related("person")
    return [row.person for row in others.order_by("since")]
