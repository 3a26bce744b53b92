"""Whether the screen works where somebody reads cases, for the notice on their pages."""

from groups.access import cohorts_with
from groups.models import Room
from groups.services.marking import screen_down
from peers.models import User
from peers.permissions import Permission

DOWN = (
    "The screen is down.",
    "Every message is held until a person has read it. The cases say which. Tell whoever runs the site.",
)


def troubles(reader: User) -> list[tuple[str, str]]:
    """What this person must know about the screen now: a sentence, and what to do. Empty when all is well."""
    rooms = Room.objects.filter(cohort__in=cohorts_with(reader, Permission.CASE_READ))
    return [DOWN] if screen_down(list(rooms)) else []
