"""Where somebody is signed in: ending it, on one device or on all, with the sockets."""

from uuid import UUID

from django.contrib.sessions.models import Session as WebSession
from django.db import transaction

from live import revoke
from records.clock import now


def end_all(person_id: UUID, *, but: str | None = None) -> None:
    """End every sign-in of a person, on every device, except the session with the key `but`.

    Their sockets all close; a page that is still signed in opens its own again.
    """
    with transaction.atomic():
        for session in WebSession.objects.filter(expire_date__gt=now()).iterator():
            mine = session.get_decoded().get("_auth_user_id") == str(person_id)
            if mine and session.session_key != but:
                session.delete()
        revoke.sign_out(person_id=person_id)
