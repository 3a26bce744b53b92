"""Watching the pager by another road than its own: the web process reads what the worker should have done by now."""

from datetime import timedelta

from moderation.models import Escalation, Page
from moderation.worker import LATE_SECONDS, lateness
from records.clock import now

OVERDUE = timedelta(seconds=20)
"""A page so long past its time means the same, however lively the worker says it is."""


def pager_late() -> bool:
    """Whether the worker is away, or a page is well past its time."""
    late = lateness()
    if late is None or late > LATE_SECONDS:
        return True
    waiting = Escalation.objects.filter(state=Escalation.State.TRIGGERED)
    return waiting.filter(next_page_at__lt=now() - OVERDUE).exists()


def troubles() -> list[tuple[str, str]]:
    """What staff must know about the pager now: each a sentence, and what to do. Empty when all is well."""
    found = []
    open_ones = Escalation.objects.filter(state=Escalation.State.TRIGGERED)
    if pager_late():
        found.append(
            (
                "The pager is late.",
                "Escalations may not be going on by themselves. Keep this page open and call the on-call clinician.",
            )
        )
    if open_ones.filter(page_failures__gt=0).exists():
        found.append(("An escalation cannot be paged.", "It is tried again and again. Call the next person yourself."))
    stuck = Page.objects.filter(escalation__in=open_ones, mailed_at=None, mail_tries__gte=2)
    if stuck.exists():
        found.append(("Mail is not going out.", "Pages show on this screen only. Call the on-call clinician."))
    return found
