"""Which level of care holds on a day."""

from datetime import date
from uuid import UUID

from django.db.models import Q

from peers.models import Stay


def stay_on(person_id: UUID, programme_id: UUID, day: date) -> Stay | None:
    """The stay that holds on a day: the newest begun by then that has not ended. None between stays."""
    begun = Stay.objects.filter(person=person_id, programme=programme_id, starts_on__lte=day)
    stay = begun.order_by("-starts_on").first()
    return stay if stay is not None and (stay.ends_on is None or stay.ends_on >= day) else None


def next_stay(person_id: UUID, programme_id: UUID, day: date) -> Stay | None:
    """The next step that is planned after a day, if any."""
    ahead = Stay.objects.filter(Q(starts_on__gt=day), person=person_id, programme=programme_id)
    return ahead.order_by("starts_on").first()
