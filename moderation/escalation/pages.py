"""Paging: the due rows of open escalations, one step at a time, again and again until a human answers.

A step is claimed by a conditional update, and its pages, the next step's time and what is told are one transaction:
two workers never page twice for one step, and a killed worker leaves either the whole step or none. Mail goes out after
that, from pages not mailed yet; a worker killed between sending and noting it sends that one mail again (at least once:
a second mail is better than none).
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from live import log as topics
from moderation.escalation.telling import note_entry, tell
from moderation.events import Paged
from moderation.models import Escalation, Page, Severity
from records import audit
from records.clock import now

RETRY = timedelta(seconds=30)
GIVE_MAIL = timedelta(hours=2)
"""A page's mail that could not be sent for so long is not tried again; the ladder has gone round many times since."""
logger = logging.getLogger("holdfast.pager")


def page_step(escalation: Escalation) -> None:
    """Page the rung whose step it is and set the time of the next. Inside a transaction that holds the row."""
    ladder: list[list[str]] = escalation.policy["ladder"]
    step = escalation.step
    offset = int(escalation.policy["loop_from"])
    at = now()
    if ladder:
        rung = ladder[step % len(ladder)]
        for person in rung:
            _, made = Page.objects.get_or_create(
                escalation=escalation,
                step=offset + step,
                person_id=UUID(person),
                defaults={"rung": step % len(ladder), "at": at},
            )
            if made:
                topics.tell(f"person:{person}", Paged, _kept(escalation))
        note_entry(escalation, "paged", None, step=offset + step, loop=step // len(ladder), people=len(rung))
        audit.record("escalation.page", "escalation", escalation.pk, actor=None, step=offset + step, people=len(rung))
    escalation.step = step + 1
    escalation.next_page_at = at + timedelta(seconds=int(escalation.policy["page_after"]))
    escalation.save(update_fields=["step", "next_page_at", "policy"])


def page_due(moment: datetime) -> int:
    """Page whatever is due. One that fails is pushed forward before the next, so it cannot stop the others."""
    due = Escalation.objects.filter(state=Escalation.State.TRIGGERED, next_page_at__lte=moment)
    paged = 0
    for identifier, step in due.order_by("-severity", "next_page_at").values_list("pk", "step"):
        try:
            paged += _claim_and_page(identifier, step, moment)
        except Exception as error:  # whatever is wrong with one must not keep the others waiting
            Escalation.objects.filter(pk=identifier, step=step).update(next_page_at=moment + RETRY)
            logger.error("escalation %s could not be paged (%s)", identifier, type(error).__name__)
    return paged


def _claim_and_page(identifier: UUID, step: int, moment: datetime) -> int:
    with transaction.atomic():
        cohort = Escalation.objects.values_list("cohort", flat=True).get(pk=identifier)
        topics.lock([f"desk:{cohort}"])
        claimed = Escalation.objects.filter(
            pk=identifier, step=step, state=Escalation.State.TRIGGERED, next_page_at__lte=moment
        ).update(next_page_at=moment + RETRY)
        if not claimed:
            return 0  # another worker got there first, or somebody answered
        escalation = Escalation.objects.select_related("cohort", "session").get(pk=identifier)
        page_step(escalation)
        tell(escalation)
    return 1


def mail_due(moment: datetime) -> int:
    """Send the mail of every page that has none yet. The mail says only that something waits."""
    waiting = Page.objects.filter(mailed_at=None, at__gt=moment - GIVE_MAIL).exclude(mail_failed_at__gt=moment - RETRY)
    sent = 0
    for page in waiting.select_related("person", "escalation").order_by("at")[:50]:
        address = f"{settings.SITE_URL}{reverse('moderation:escalation', args=[page.escalation_id])}"
        body = render_to_string("emails/page.txt", {"address": address})
        try:
            send_mail("Please sign in", body, None, [page.person.email])
        except Exception as error:
            Page.objects.filter(pk=page.pk).update(mail_failed_at=moment)
            logger.error("a page's mail failed (%s)", type(error).__name__)
            continue
        sent += Page.objects.filter(pk=page.pk, mailed_at=None).update(mailed_at=now())
    return sent


def _kept(escalation: Escalation) -> dict[str, object]:
    return {
        "escalation": str(escalation.pk),
        "number": escalation.number,
        "severity": Severity(escalation.severity).label,
    }
