"""Invitations as staff see them: who was invited to what, sending one to staff, taking one back.

Participants are invited by the admission page: nobody joins without an assessment and a birth date.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from groups import people_access
from groups.models import Cohort
from groups.people_access import access_invitation, programmes_with, require_any, scopes_reached
from groups.services import ending
from peers.errors import NotDone
from peers.models import Invitation, User
from peers.permissions import STAFF_ROLES, Permission, Role
from peers.requests import SignedIn
from peers.services import invitations, roles

PAGE = 25
COHORT_ROLES = (Role.FACILITATOR, Role.CO_FACILITATOR)
"""Roles held in one cohort; every other staff role is held in the programme."""


class StaffInvitationForm(forms.Form):
    """An address, a role, and where it holds."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    role = forms.ChoiceField(choices=[(role.value, role.label.capitalize()) for role in Role if role in STAFF_ROLES])
    scope = forms.ChoiceField(label="Where")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        """`places`: the programmes and cohorts to choose from."""
        super().__init__(*args, **kwargs)
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)
        scope.choices = places
        self.cohorts = {value for value, _ in places if Cohort.objects.filter(pk=value).exists()}

    def clean(self) -> dict[str, Any]:
        """A facilitator leads one group; the other roles hold in the whole program."""
        given = super().clean() or self.cleaned_data
        if "role" in given and "scope" in given:
            leads, cohort = Role(given["role"]) in COHORT_ROLES, given["scope"] in self.cohorts
            if leads and not cohort:
                self.add_error("scope", "Choose the group they lead.")
            if not leads and cohort:
                self.add_error("scope", "This role holds in the whole program. Choose the program.")
        return given


@require_http_methods(["GET", "POST"])
def page(request: SignedIn) -> HttpResponse:
    """Every invitation the reader may see, newest first, and the form for staff."""
    require_any(request.user, Permission.STAFF_INVITE, Permission.PEOPLE_ENROL)
    places = places_of(request.user)
    form = None
    if places:
        form = StaffInvitationForm(request.POST if request.method == "POST" else None, places=places)
        if request.method == "POST" and form.is_valid() and _send(request, form):
            return redirect("groups:invitations")
    pages = Paginator(_shown(request.user), PAGE)
    shown = pages.get_page(request.GET.get("page"))
    names = dict(Cohort.objects.values_list("pk", "name")) | {
        programme.pk: programme.name for programme in programmes_with(request.user, Permission.STAFF_INVITE)
    }
    context = {
        "page": shown,
        "rows": [(one, invitations.state_of(one), names.get(one.scope, "")) for one in shown],
        "form": form,
        "enrols": bool(scopes_reached(request.user, Permission.PEOPLE_ENROL)),
    }
    return render(request, "groups/invitations.html", context)


@require_POST
def revoke(request: SignedIn, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = access_invitation(request.user, invitation_id)
    try:
        invitations.revoke(invitation_id=invitation.pk, by=request.user.pk)
        flash.success(request, "Taken back. Its link opens nothing now.")
    except NotDone as refused:
        flash.error(request, refused.reason)
    return redirect("groups:invitations")


def places_of(user: User) -> list[tuple[str, str]]:
    """Where this person may give staff roles: each programme, then its cohorts."""
    places = []
    for programme in people_access.programmes_with(user, Permission.STAFF_INVITE):
        places.append((str(programme.pk), programme.name))
        running = programme.cohorts.select_related("programme").order_by("name")
        places += [(str(cohort.pk), cohort.name) for cohort in running if not ending.over(cohort)]
    return places


def _shown(user: User) -> Any:
    staff = Invitation.objects.none()
    if scopes := scopes_reached(user, Permission.STAFF_INVITE):
        staff = invitations.in_scopes(scopes, STAFF_ROLES)
    if scopes := scopes_reached(user, Permission.PEOPLE_ENROL):
        staff = staff | invitations.in_scopes(scopes, [Role.PARTICIPANT])
    return staff.order_by("-invited_at", "pk").select_related("invited_by", "person")


def _send(request: SignedIn, form: StaffInvitationForm) -> bool:
    """Invite a new address, or give the role to staff who sign in already. False with an error on the form."""
    email, role, scope = form.cleaned_data["email"], Role(form.cleaned_data["role"]), UUID(form.cleaned_data["scope"])
    try:
        known = User.objects.filter(email__iexact=email, is_active=True, grants__ended_at=None).first()
        if known is not None and known.grants.filter(ended_at=None).exists():
            roles.grant(person_id=known.pk, role=role, scope=scope, by=request.user.pk)
            flash.success(request, "They sign in here already. The role holds from now on.")
            return True
        invitations.invite(email=email, role=role, scope=scope, by=request.user.pk)
    except NotDone as refused:
        form.add_error(None, refused.reason)
        return False
    flash.success(request, "The invitation is in their mail. It holds for 7 days.")
    return True
