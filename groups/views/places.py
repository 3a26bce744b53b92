"""A supervisor's page: how many places each cohort has, and allowing more than 12 with a reason."""

from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from groups.access import access_cohort, cohorts_with
from groups.admission_forms import LONGEST_REASON
from groups.errors import Refused
from groups.people_access import require_any
from groups.services import ending, places
from peers.permissions import Permission
from peers.requests import SignedIn

PAGE = 25


class PlacesForm(forms.Form):
    """More places, and why."""

    places = forms.IntegerField(label="Places", min_value=places.USUAL_MOST + 1, max_value=places.MOST)
    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept sealed. The program admin and those who admit people can read it.",
    )


@require_GET
def page(request: SignedIn) -> HttpResponse:
    """The reader's cohorts: places taken, places there are, and what was allowed above 12."""
    require_any(request.user, Permission.COHORT_OVERRIDE)
    running = [one for one in cohorts_with(request.user, Permission.COHORT_OVERRIDE) if not ending.over(one)]
    shown = Paginator(running, PAGE).get_page(request.GET.get("page"))
    rows = [(one, places.taken(one), places.allowed(one)) for one in shown]
    return render(request, "groups/places.html", {"page": shown, "rows": rows})


@require_http_methods(["GET", "POST"])
def allow(request: SignedIn, cohort_id: UUID) -> HttpResponse:
    """Allow one cohort more than 12 places."""
    found = access_cohort(request.user, cohort_id, Permission.COHORT_OVERRIDE).cohort
    form = PlacesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            places.allow(cohort_id=found.pk, places=given["places"], reason=given["reason"], by=request.user.pk)
            flash.success(request, f"{found.name} has {given['places']} places.")
            return redirect("groups:places")
        except Refused as refused:
            form.add_error("places", refused.reason)
    context = {"cohort": found, "form": form, "taken": places.taken(found), "allowed": places.allowed(found)}
    return render(request, "groups/places_allow.html", context)
