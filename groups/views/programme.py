"""The programme as its admin arranges it: cohorts and their weekly times, levels, staff and their roles."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups.access import access_cohort
from groups.admission_forms import DAYS
from groups.errors import Refused
from groups.models import Cohort, Programme, ScheduleSlot
from groups.people_access import access_grant, access_programme, programmes_with, require_any
from groups.services import programme as arrange
from groups.services import schedule
from groups.zone import local_day
from peers.errors import NotDone
from peers.models import Level
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services import roles
from records.clock import now

SMALLEST, LARGEST = 6, 12
ADULT_IOP = 9
"""Hours a week an adult is in IOP at the least (SAMHSA TIP 47; ASAM level 2.1)."""


class CohortForm(forms.Form):
    """A cohort."""

    name = forms.CharField(max_length=60, help_text="People in it see this name. It says nothing about treatment.")
    kind = forms.ChoiceField(choices=Cohort.Kind.choices)
    joining = forms.ChoiceField(label="Who may join", choices=Cohort.Joining.choices)
    capacity = forms.IntegerField(label="Places", min_value=SMALLEST, max_value=LARGEST, initial=LARGEST)

    def plan(self) -> arrange.CohortPlan:
        """What was decided. Call on a valid form."""
        return arrange.CohortPlan(**self.cleaned_data)


class TimeForm(forms.Form):
    """A weekly time."""

    weekday = forms.TypedChoiceField(label="Day", choices=DAYS, coerce=int)
    starts = forms.TimeField(label="Begins", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(min_value=15, max_value=480, initial=90)
    lead = forms.ChoiceField(label="Leads")
    co_lead = forms.ChoiceField(label="Leads with them", required=False)

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        """With the people who lead the cohort."""
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), one.display_name) for one in arrange.leads_of(cohort)]
        for name, choices in (("lead", people), ("co_lead", [("", "nobody"), *people])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def weekly(self) -> arrange.WeeklyTime:
        """What was decided. Call on a valid form."""
        given = self.cleaned_data
        return arrange.WeeklyTime(
            weekday=given["weekday"],
            starts=given["starts"],
            minutes=given["minutes"],
            lead=UUID(given["lead"]),
            co_lead=UUID(given["co_lead"]) if given["co_lead"] else None,
        )


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
    context = {
        "programme": programme,
        "form": form,
        "cohorts": [(one, one.memberships.filter(ended_at=None).count()) for one in cohorts],
        "staff": arrange.staff_of(programme),
    }
    return render(request, "groups/programme.html", context)


@require_http_methods(["GET", "POST"])
def new_cohort(request: SignedIn, programme_id: UUID) -> HttpResponse:
    """Make a cohort; it has its rooms at once."""
    access = access_programme(request.user, programme_id, Permission.COHORT_MANAGE)
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = arrange.create_cohort(programme=access.programme, plan=form.plan(), by=request.user.pk)
            flash.success(request, f"{made.name} has its rooms. Add when it meets, and invite who leads it.")
            return redirect("groups:cohort", made.pk)
        except Refused as refused:
            form.add_error("name", refused.reason)
    return render(request, "groups/cohort_new.html", {"form": form, "programme": access.programme})


@require_http_methods(["GET", "POST"])
def cohort(request: SignedIn, cohort_id: UUID) -> HttpResponse:
    """One cohort: what it is, when it meets, what could not be scheduled and why."""
    return _cohort(request, access_cohort(request.user, cohort_id, Permission.COHORT_MANAGE).cohort)


@require_POST
def add_time(request: SignedIn, cohort_id: UUID) -> HttpResponse:
    """The cohort meets at another weekly time."""
    found = access_cohort(request.user, cohort_id, Permission.COHORT_MANAGE).cohort
    form = TimeForm(request.POST, cohort=found)
    if form.is_valid():
        try:
            arrange.add_time(cohort=found, weekly=form.weekly(), by=request.user.pk)
            flash.success(request, "Saved. Its sessions of the next four weeks are planned.")
            return redirect("groups:cohort", cohort_id)
        except Refused as refused:
            form.add_error(None, refused.reason)
    return _cohort(request, found, times=form)


@require_POST
def end_time(request: SignedIn, slot_id: UUID) -> HttpResponse:
    """A weekly time stops after today; sessions planned from it are cancelled."""
    slot = ScheduleSlot.objects.select_related("cohort__programme").filter(pk=slot_id).first()
    if slot is None:
        raise Http404
    found = access_cohort(request.user, slot.cohort_id, Permission.COHORT_MANAGE).cohort
    arrange.end_time(slot=slot, by=request.user.pk, until=local_day(found.programme, now()))
    flash.success(request, "It stops after today. Everybody's home says so.")
    return redirect("groups:cohort", found.pk)


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


def _cohort(request: SignedIn, found: Cohort, times: TimeForm | None = None) -> HttpResponse:
    mine = {"name": found.name, "kind": found.kind, "joining": found.joining, "capacity": found.capacity}
    edits = request.method == "POST" and times is None
    form = CohortForm(request.POST if edits else None, initial=mine)
    if edits and form.is_valid():
        try:
            arrange.edit_cohort(cohort=found, plan=form.plan(), by=request.user.pk)
            flash.success(request, "Saved.")
            return redirect("groups:cohort", found.pk)
        except Refused as refused:
            form.add_error(None, refused.reason)
    context = {
        "cohort": found,
        "form": form,
        "times": times or TimeForm(cohort=found),
        "slots": [(slot, dict(DAYS)[slot.weekday]) for slot in arrange.running(found)],
        "leads": arrange.leads_of(found).exists(),
        "refused": schedule.refused(found.pk),
        "planned": found.sessions.filter(state="scheduled", starts_at__gt=now()).order_by("starts_at")[:12],
    }
    return render(request, "groups/cohort.html", context)
