"""The mail of a page: it says only that something waits, and leads to the page that says what.

A mail is sent after the commit that made its page, from the page's row: `mailed_at` empty means that it is due. A
worker claims the row for a minute before it sends, so two do not send the same one. This is at least once, not exactly
once: a worker killed after the mail server took the mail and before the row says so leads to a second mail a minute
later, and one killed before it sent leads to a mail a minute late. At most once could lose one; a second is better.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from moderation.models import Escalation, Page
from records.clock import now

CLAIM = timedelta(minutes=1)
"""How long a worker has for one mail; longer than the mail server is given to answer."""
RETRY, RETRY_AT_MOST = timedelta(seconds=15), timedelta(minutes=5)
GIVE_MAIL = timedelta(hours=2)
"""A page's mail that could not be sent for so long is not tried again; the ladder has gone round many times since."""
AT_ONCE = 20
SUBJECT = "Please sign in"
logger = logging.getLogger("holdfast.pager")


def mail_due(moment: datetime) -> int:
    """Send the mail of every page that has none yet, the gravest first; returns how many went out.

    What somebody has answered meanwhile needs no mail any more: nobody is called in for nothing.
    """
    waiting = Page.objects.filter(mailed_at=None, mail_due_at__lte=moment, at__gt=moment - GIVE_MAIL)
    waiting = waiting.exclude(escalation__state=Escalation.State.RESOLVED).select_related("person", "escalation")
    sent = 0
    for page in waiting.order_by("-escalation__severity", "at")[:AT_ONCE]:
        if _unneeded(page):
            Page.objects.filter(pk=page.pk, mailed_at=None).update(mail_due_at=None)
        elif _claim(page):
            sent += _send(page)
    return sent


def _unneeded(page: Page) -> bool:
    """Whether somebody else has it since this page was made."""
    found = page.escalation
    return (
        found.state == Escalation.State.ACKNOWLEDGED
        and found.acknowledged_by_id != page.person_id
        and found.acknowledged_at is not None
        and found.acknowledged_at >= page.at
    )


def _claim(page: Page) -> bool:
    free = Page.objects.filter(pk=page.pk, mailed_at=None, mail_due_at=page.mail_due_at)
    return bool(free.update(mail_due_at=now() + CLAIM, mail_tries=F("mail_tries") + 1))


def _send(page: Page) -> int:
    address = f"{settings.SITE_URL}{reverse('moderation:escalation', args=[page.escalation_id])}"
    try:
        send_mail(SUBJECT, render_to_string("emails/page.txt", {"address": address}), None, [page.person.email])
    except Exception as error:  # one address that is refused must not keep the others' mail
        wait = min(RETRY * 2 ** min(page.mail_tries, 10), RETRY_AT_MOST)
        Page.objects.filter(pk=page.pk).update(mail_due_at=now() + wait)
        logger.error("a page's mail failed (%s)", type(error).__name__)
        return 0
    return Page.objects.filter(pk=page.pk, mailed_at=None).update(mailed_at=now())
