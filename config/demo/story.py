"""The demo clinic: the cast, and a week of their lives, told through the services as it happened."""

from django.db import transaction

from config.demo import cast as people
from config.demo import password
from groups.models import Cohort, Session
from moderation.models import OnCall
from peers.models import User
from records.clock import now


def load() -> bool:
    """Make the demo if it is not there (returns True), else roll it forward to now."""
    if Cohort.objects.exists():
        roll_forward()
        return False
    with transaction.atomic():
        people.build(password.current())
    return True


def roll_forward() -> None:
    """Harbor's session is live in work again, Cedar's is later today, and somebody is on call."""
    with transaction.atomic():
        harbor, cedar = (Cohort.objects.get(name=name) for name in (people.HARBOR, people.CEDAR))
        cast = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=f"@{people.DOMAIN}")}
        if not OnCall.objects.filter(ends_at__gt=now()).exists():
            people.on_call(harbor.programme, cast)
        live = Session.objects.filter(cohort=harbor, state__in=Session.LIVE).first()
        if live is None or live.ends_at <= now():
            if live is not None:
                Session.objects.filter(pk=live.pk).update(state=Session.State.ENDED, ended_at=live.ends_at)
            people.live_session(harbor, cast["fay"], cast["cory"])
        else:
            Session.objects.filter(pk=live.pk).update(
                state=Session.State.WORK,
                leading=cast["fay"],
                paused_reason="",
                paused_from="",
                lead_seen_at=None,
                staff_due_at=None,
            )
        ahead = Session.objects.filter(cohort=cedar, state=Session.State.SCHEDULED, starts_at__gt=now())
        if not ahead.exists() and not Session.objects.filter(cohort=cedar, state__in=Session.LIVE).exists():
            people.later_session(cedar, cast["finn"])
