"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Invitation only: nobody signs themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see `peers.models.Invitation`."""
        return False
