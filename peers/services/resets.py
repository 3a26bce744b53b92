"""A new password that staff start: a link that works once, by mail or read out to the person. Audited."""

import logging
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from peers.errors import NotDone
from peers.models import User
from records import audit

log = logging.getLogger("holdfast.people")


def start(*, person: User, by: UUID, mailed: bool) -> str:
    """A link with which `person` chooses a new password; it works once, until they sign in.

    `mailed` sends it to their address and returns nothing to read out. Raises `NotDone` for somebody who has not
    taken up their invitation.
    """
    if not person.is_active:
        raise NotDone("They have not signed in yet. Send them a new invitation instead.")
    with transaction.atomic():
        audit.record("person.reset", "person", person.pk, actor=by, person=person.pk, mailed=mailed)
        path = reverse(
            "account_reset_password_from_key",
            args=[user_pk_to_url_str(person), default_token_generator.make_token(person)],
        )
        link = settings.SITE_URL.rstrip("/") + path
        if not mailed:
            return link
        transaction.on_commit(lambda: _mail(person.pk, person.email, link), robust=True)
        return ""


def _mail(person_id: UUID, address: str, link: str) -> None:
    words = render_to_string("emails/reset.txt", {"address": link})
    try:
        send_mail("A new password", words, None, [address])
    except OSError as error:
        log.error("the mail of a reset for person %s could not be sent (%s)", person_id, type(error).__name__)
