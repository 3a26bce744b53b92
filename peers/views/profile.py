"""A person's own profile: the name the group knows, their clock, their signs-in."""

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages as flash
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from live import revoke
from peers.models import User
from peers.names import readable
from peers.requests import SignedIn
from peers.services import sign_ins
from records import audit

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm  # generic for the type checker only


class ProfileForm(_UserForm):
    """What a person may change about themselves."""

    timezone = forms.ChoiceField(label="Your time zone", required=False)
    theme = forms.ChoiceField(
        label="Light or dark",
        required=False,
        choices=[("", "As my device"), ("light", "Light"), ("dark", "Dark")],
    )

    class Meta:
        model = User
        fields = ["display_name", "timezone", "theme"]
        labels = {"display_name": "The name your group knows you by"}

    def __init__(self, *args: object, **kwargs: object) -> None:
        """With every zone to choose from."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        zones = sorted(
            name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
        )
        zone = self.fields["timezone"]
        assert isinstance(zone, forms.ChoiceField)
        zone.choices = [("", "As my program's"), *((name, name.replace("_", " ")) for name in zones)]

    def clean_display_name(self) -> str:
        """A name that can be seen."""
        return readable(self.cleaned_data["display_name"])


@require_http_methods(["GET", "POST"])
def profile(request: SignedIn) -> HttpResponse:
    """See and change one's profile."""
    form = ProfileForm(
        request.POST if request.method == "POST" else None, instance=User.objects.get(pk=request.user.pk)
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            revoke.recheck(request.user.pk)  # what is remembered of this person is read anew
            audit.record("person.profile", "person", request.user.pk, actor=request.user.pk, person=request.user.pk)
        flash.success(request, "Saved.")
        return redirect("peers:profile")
    staff = request.user.grants.filter(ended_at=None).exists()
    base = "base_staff.html" if staff else "base_participant.html"
    return render(request, "peers/profile.html", {"form": form, "base": base})


@require_POST
def sign_out_everywhere(request: SignedIn) -> HttpResponse:
    """End every sign-in of this person, on every device, and close their sockets."""
    person = request.user.pk
    sign_ins.end_all(person)
    audit.record("person.sign_out_everywhere", "person", person, actor=person, person=person)
    logout(request)
    return redirect("account_login")
