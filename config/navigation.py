"""What staff may go to, by what their roles allow."""

from dataclasses import dataclass

from django.http import HttpRequest

from peers.models import Grant, User
from peers.permissions import ROLE_GRANTS, Permission, Role

PLACES: tuple[tuple[str, str, Permission | tuple[Permission, ...] | None], ...] = (
    ("Home", "/home/", None),
    ("Desk", "/desk/", Permission.CASE_READ),
    ("Escalations", "/escalations/", Permission.ESCALATION_READ),
    ("On call", "/on-call/", (Permission.ESCALATION_ACKNOWLEDGE, Permission.ON_CALL_MANAGE)),
    ("Screening", "/screening/", Permission.SCREEN_MANAGE),
    ("People", "/staff/people/", (Permission.PEOPLE_ENROL, Permission.IDENTITY_READ, Permission.PEOPLE_RESET)),
    ("Places", "/staff/places/", Permission.COHORT_OVERRIDE),
    ("Program", "/staff/programs/", Permission.COHORT_MANAGE),
    ("Invitations", "/staff/invitations/", (Permission.PEOPLE_ENROL, Permission.STAFF_INVITE)),
)
"""Each: its name, its address, and what opens it (one permission, or any of several; None for everybody)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the staff's navigation."""

    name: str
    url: str
    here: bool
    home: bool


def staff_nav(request: HttpRequest) -> list[Place]:
    """The places this person's roles open; empty for participants."""
    user = request.user
    if not isinstance(user, User):
        return []
    roles = set(Grant.objects.filter(person=user, ended_at=None).values_list("role", flat=True))
    if not roles:
        return []
    held: set[Permission] = set()
    for role in roles:
        held |= ROLE_GRANTS[Role(role)]
    return [
        Place(name, url, request.path.startswith(url), needs is None)
        for name, url, needs in PLACES
        if needs is None or held & ({needs} if isinstance(needs, Permission) else set(needs))
    ]
