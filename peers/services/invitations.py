"""The only way in: an invitation by mail. Its token is in the mail and nowhere else; here is only its SHA-256."""

import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from peers.errors import NotDone
from peers.models import Grant, Invitation, User
from peers.permissions import STAFF_ROLES, Role
from records import audit
from records.clock import now

HOLDS = timedelta(days=7)
OPEN, USED, EXPIRED, REVOKED = "open", "used", "expired", "revoked"
NEWCOMER = "Newcomer"
"""What an invited person is called until they choose a name."""
log = logging.getLogger("holdfast.people")


def state_of(invitation: Invitation) -> str:
    """`open`, `used`, `expired` or `revoked`."""
    if invitation.used_at is not None:
        return USED
    if invitation.revoked_at is not None:
        return REVOKED
    return OPEN if invitation.expires_at > now() else EXPIRED


def in_scopes(scopes: Iterable[UUID], roles: Iterable[Role]) -> QuerySet[Invitation]:
    """The invitations to some roles in some cohorts or programmes, newest first."""
    found = Invitation.objects.filter(scope__in=list(scopes), role__in=list(roles))
    return found.select_related("invited_by", "person").order_by("-invited_at", "pk")


def invite(*, email: str, role: Role, scope: UUID, by: UUID, person: User | None = None) -> Invitation:
    """Invite an address to a role in a scope; the mail goes when this is kept. An earlier open one gives way.

    `person` is somebody enrolled already who has not signed in yet. Without one, an address that signs in here already
    is refused (`NotDone`): give that person the role instead.
    """
    address = email.strip().lower()
    with transaction.atomic():
        known = User.objects.filter(email__iexact=address).first()
        if known is not None and known != person:
            raise NotDone("Somebody signs in with this address already.")
        if person is not None and person.is_active:
            raise NotDone("They sign in already. Start a new password for them instead.")
        earlier = Invitation.objects.filter(email__iexact=address, role=role, scope=scope)
        earlier.filter(used_at=None, revoked_at=None).update(revoked_at=now())
        token = secrets.token_urlsafe(32)
        made = Invitation.objects.create(
            email=address,
            role=role,
            scope=scope,
            token_hash=digest(token),
            invited_by_id=by,
            person=person,
            invited_at=now(),
            expires_at=now() + HOLDS,
        )
        audit.record(
            "invitation.send", "invitation", made.pk, actor=by, person=person.pk if person else None, role=role
        )
        transaction.on_commit(lambda: _mail(made.pk, address, token), robust=True)
        return made


def revoke(*, invitation_id: UUID, by: UUID) -> None:
    """Take an invitation back: its link opens nothing from now on. Raises `NotDone` for one that is not open."""
    with transaction.atomic():
        mine = Invitation.objects.filter(pk=invitation_id, used_at=None, revoked_at=None)
        if not mine.update(revoked_at=now()):
            raise NotDone("This invitation was used or taken back already.")
        audit.record("invitation.revoke", "invitation", invitation_id, actor=by)


def find(token: str) -> Invitation | None:
    """The invitation a link belongs to, in whatever state; None for a link nobody sent."""
    return Invitation.objects.select_related("person").filter(token_hash=digest(token)).first()


def accept(*, invitation_id: UUID, display_name: str, password: str) -> User:
    """The invited person chooses a name and a password, and may sign in from now on. Works once.

    Raises `NotDone` when the invitation is not open any more.
    """
    with transaction.atomic():
        mine = Invitation.objects.filter(pk=invitation_id, used_at=None, revoked_at=None, expires_at__gt=now())
        if not mine.update(used_at=now()):
            raise NotDone("This invitation is not open any more.")
        invitation = Invitation.objects.select_related("person").get(pk=invitation_id)
        person = invitation.person or _new_person(invitation.email)
        person.display_name, person.is_active = display_name, True
        person.set_password(password)
        person.save()
        if Role(invitation.role) in STAFF_ROLES:
            Grant.objects.create(
                person=person,
                role=invitation.role,
                scope=invitation.scope,
                granted_at=now(),
                granted_by_id=invitation.invited_by_id,
            )
        invitation.person = person
        invitation.save(update_fields=["person"])
        audit.record("invitation.accept", "invitation", invitation.pk, actor=person.pk, person=person.pk)
        return person


def enrolled(email: str) -> User:
    """A person who will be invited: known to staff, called `NEWCOMER`, and not able to sign in yet."""
    return User.objects.create_user(email.strip(), None, display_name=NEWCOMER, is_active=False)


def waiting_for(person_id: UUID) -> Invitation | None:
    """The newest invitation of somebody who has not signed in yet."""
    mine = Invitation.objects.filter(Q(person=person_id), used_at=None)
    return mine.order_by("-invited_at").first()


def digest(token: str) -> str:
    """A token as it may be kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new_person(email: str) -> User:
    if User.objects.filter(email__iexact=email).exists():
        raise NotDone("Somebody signs in with this address already.")
    return enrolled(email)


def _mail(invitation_id: UUID, address: str, token: str) -> None:
    link = settings.SITE_URL.rstrip("/") + reverse("peers:accept", args=[token])
    words = render_to_string("emails/invitation.txt", {"address": link, "days": HOLDS.days})
    try:
        send_mail("Your invitation", words, None, [address])
    except OSError as error:
        log.error("the mail of invitation %s could not be sent (%s)", invitation_id, type(error).__name__)
