"""What is in the demo, read from the database."""

from typing import Any

from django.urls import reverse

from config.demo import password
from config.demo.cast import DOMAIN, PARTICIPANTS, STAFF
from groups.models import Room, Session
from peers.models import User


def read() -> dict[str, Any]:
    """Accounts, rooms and sessions of the demo, in the form of `cast --json`."""
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    accounts: list[dict[str, str | None]] = [
        {"email": people[name].email, "name": people[name].display_name, "role": "participant", "cohort": cohort}
        for name, cohort in PARTICIPANTS.items()
        if name in people
    ]
    accounts += [
        {"email": people[name].email, "name": people[name].display_name, "role": str(role), "cohort": cohort}
        for name, (role, cohort) in STAFF.items()
        if name in people
    ]
    rooms = Room.objects.exclude(kind=Room.Kind.STAFF).filter(closed_at=None).select_related("cohort")
    sessions = Session.objects.exclude(state__in=[Session.State.ENDED, Session.State.CANCELLED]).select_related(
        "cohort"
    )
    return {
        "password": password.current(),
        "accounts": accounts,
        "rooms": [
            {
                "id": str(room.pk),
                "url": reverse("groups:room", args=[room.pk]),
                "kind": room.kind,
                "cohort": room.cohort.name,
            }
            for room in rooms.order_by("kind", "cohort__name", "opened_at")
        ],
        "sessions": [
            {
                "id": str(session.pk),
                "url": reverse("groups:session", args=[session.pk]),
                "cohort": session.cohort.name,
                "state": session.state,
            }
            for session in sessions.order_by("starts_at")
        ],
    }
