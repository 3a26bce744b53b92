"""A new password that staff start, for a participant they look after or, by mail only, for staff."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from groups.people_access import access_grant, access_person
from peers.errors import NotDone
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services import resets


@never_cache
@require_http_methods(["GET", "POST"])
def participant(request: SignedIn, person_id: UUID) -> HttpResponse:
    """Choose how (`how`: `mail` or `show`), then a one-time link goes by mail or is shown, once."""
    access = access_person(request.user, person_id, Permission.PEOPLE_RESET)
    person, link = access.person, ""
    staff = person.grants.filter(ended_at=None).exists()
    if request.method == "POST":
        mailed = staff or request.POST.get("how") != "show"  # nobody reads out the way into a colleague's account
        try:
            link = resets.start(person=person, by=request.user.pk, mailed=mailed)
        except NotDone as refused:
            flash.error(request, refused.reason)
            return redirect("groups:person", person_id)
        if mailed:
            flash.success(request, "A link to choose a new password is in their mail.")
            return redirect("groups:person", person_id)
    return render(request, "groups/reset.html", {"person": person, "link": link, "staff": staff})


@require_POST
def staff(request: SignedIn, grant_id: UUID) -> HttpResponse:
    """Mail a link to choose a new password to somebody who holds a role in the reader's programme."""
    grant, programme = access_grant(request.user, grant_id)
    try:
        resets.start(person=grant.person, by=request.user.pk, mailed=True)
        flash.success(request, f"A link to choose a new password is in {grant.person.display_name}'s mail.")
    except NotDone as refused:
        flash.error(request, refused.reason)
    return redirect("groups:programme", programme.pk)
