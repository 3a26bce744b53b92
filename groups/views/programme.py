"""The programme as its admin arranges it: its cohorts, the hours of each level, its staff and their roles."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups.models import Cohort, Programme
from groups.people_access import access_grant, access_programme, programmes_with, require_any
from groups.services import places
from groups.services import programme as arrange
from peers.errors import NotDone
from peers.models import Level
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services import roles

PAGE = 25
ADULT_IOP = 9
"""Hours a week an adult is in IOP at the least (SAMHSA TIP 47; ASAM level 2.1)."""


class LevelsForm(forms.Form):
    """Target hours a week of each level."""

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        """With what holds now."""
        super().__init__(*args, **kwargs)
        held = dict(programme.levels.values_list("level", "weekly_minutes"))
        for level in Level:
            least = ADULT_IOP if level == Level.IOP and not programme.adolescent_track else 0
            self.fields[level.value] = forms.DecimalField(
                label=f"{level.label[0].upper()}{level.label[1:]}, hours a week",
                min_value=least,
                max_value=60,
                decimal_places=1,
                initial=f"{held.get(level.value, 0) / 60:g}",
                help_text=f"At least {least} for adults." if least else "",
            )

    def minutes(self) -> dict[Level, int]:
        """Minutes of each level. Call on a valid form."""
        return {level: int(self.cleaned_data[level.value] * 60) for level in Level}


@require_GET
def programmes(request: SignedIn) -> HttpResponse:
    """The programmes the reader manages; straight to it where there is one."""
    require_any(request.user, Permission.COHORT_MANAGE)
    found = list(programmes_with(request.user, Permission.COHORT_MANAGE))
    if len(found) == 1:
        return redirect("groups:programme", found[0].pk)
    return render(request, "groups/programmes.html", {"programmes": found})


@require_http_methods(["GET", "POST"])
def page(request: SignedIn, programme_id: UUID) -> HttpResponse:
    """Cohorts, levels and staff. The form sets the hours of the levels."""
    access = access_programme(request.user, programme_id, Permission.COHORT_MANAGE)
    programme = access.programme
    form = LevelsForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST" and form.is_valid():
        arrange.set_levels(programme=programme, minutes=form.minutes(), by=request.user.pk)
        flash.success(request, "Saved. The hours hold for this week too.")
        return redirect("groups:programme", programme_id)
    cohorts = Cohort.objects.filter(programme=programme).order_by("name")
    query = request.GET.get("q", "").strip()
    context = {
        "programme": programme,
        "form": form,
        "cohorts": [(one, places.taken(one)) for one in cohorts.select_related("programme")],
        "query": query,
        "page": Paginator(arrange.staff_of(programme, query), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "groups/programme.html", context)


@require_POST
def end_role(request: SignedIn, grant_id: UUID) -> HttpResponse:
    """End somebody's role; what is open on their screens closes within a second."""
    grant, programme = access_grant(request.user, grant_id)
    try:
        roles.end(grant_id=grant.pk, by=request.user.pk)
        flash.success(request, f"{grant.person.display_name} does not hold that role any more.")
    except NotDone as refused:
        flash.error(request, refused.reason)
    return redirect("groups:programme", programme.pk)
