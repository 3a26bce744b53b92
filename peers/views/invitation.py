"""Taking up an invitation: a name, a password, and in."""

from typing import Any

from django import forms
from django.contrib.auth import login, password_validation
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from peers.errors import NotDone
from peers.models import User
from peers.names import readable
from peers.services import invitations

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CLOSED = {
    invitations.USED: ("This invitation was used", "It works once. Sign in with the password you chose."),
    invitations.EXPIRED: ("This invitation has expired", "It held for 7 days. Ask for a new one by telephone."),
    invitations.REVOKED: ("This invitation was taken back", "Look for a newer one in your mail, or call."),
    "": ("This link opens nothing", "Check that you copied the whole link, or call."),
}


class AcceptForm(forms.Form):
    """What a newcomer chooses."""

    display_name = forms.CharField(
        label="The name your group knows you by",
        max_length=40,
        help_text="A first name or a nickname is fine. You can change it later.",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    password = forms.CharField(
        label="A password",
        strip=False,
        max_length=1024,
        help_text="At least 10 characters. A few words in a row are good.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        """`email` is what the password must not resemble."""
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_display_name(self) -> str:
        """A name that can be seen."""
        return readable(self.cleaned_data["display_name"])

    def clean_password(self) -> str:
        """A password that is hard to guess."""
        password = str(self.cleaned_data["password"])
        name = str(self.cleaned_data.get("display_name", ""))
        password_validation.validate_password(password, User(email=self.email, display_name=name))
        return password


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page an invitation's link opens; one clear page each for a link that opens nothing any more."""
    invitation = invitations.find(token)
    state = invitations.state_of(invitation) if invitation is not None else ""
    if invitation is None or state != invitations.OPEN:
        return _closed(request, state)
    form = AcceptForm(request.POST if request.method == "POST" else None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            person = invitations.accept(
                invitation_id=invitation.pk,
                display_name=form.cleaned_data["display_name"],
                password=form.cleaned_data["password"],
            )
        except NotDone:
            invitation.refresh_from_db()
            return _closed(request, invitations.state_of(invitation))
        login(request, person, backend=BACKEND)
        return redirect("groups:home")
    return render(request, "peers/accept.html", {"form": form, "email": invitation.email})


def _closed(request: HttpRequest, state: str) -> HttpResponse:
    heading, sentence = CLOSED.get(state, CLOSED[""])
    context = {"heading": heading, "sentence": sentence, "used": state == invitations.USED}
    return render(request, "peers/accept_closed.html", context, status=410 if state else 404)
