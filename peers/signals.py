"""What signing out and a new password mean for a person's other devices and open sockets."""

from typing import Any

from allauth.account import signals
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from live import revoke
from peers.models import User
from peers.services import sign_ins
from records import audit


def register() -> None:
    """Hear it."""
    user_logged_out.connect(_signed_out, dispatch_uid="holdfast.signed_out")
    signals.password_changed.connect(_new_password, dispatch_uid="holdfast.password_changed")
    signals.password_reset.connect(_new_password, dispatch_uid="holdfast.password_reset")


def _signed_out(sender: Any, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    """The sockets of this session close, in every process."""
    if request is not None and user is not None and request.session.session_key:
        revoke.sign_out(session_key=request.session.session_key)


def _new_password(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Every other sign-in ends: whoever knew the old password is out."""
    sign_ins.end_all(user.pk, but=request.session.session_key)
    audit.record("person.password", "person", user.pk, actor=user.pk, person=user.pk)
