"""One cohort as its programme's admin arranges it: what it is, when it meets, and its end."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from groups.access import access_cohort
from groups.admission_forms import DAYS, a_date
from groups.errors import Refused
from groups.models import Cohort, ScheduleSlot
from groups.people_access import access_programme
from groups.services import ending, places, schedule
from groups.services import programme as arrange
from groups.zone import local_day
from peers.permissions import Permission
from peers.requests import SignedIn
from records.clock import now


class CohortForm(forms.Form):
    """A cohort."""

    name = forms.CharField(max_length=60, help_text="People in it see this name. It says nothing about treatment.")
    kind = forms.ChoiceField(choices=Cohort.Kind.choices)
    joining = forms.ChoiceField(label="Who may join", choices=Cohort.Joining.choices)
    capacity = forms.IntegerField(label="Places", min_value=places.SMALLEST, initial=places.USUAL_MOST)

    def __init__(self, *args: Any, cohort: Cohort | None = None, **kwargs: Any) -> None:
        """With the places a supervisor has allowed the cohort, if any."""
        super().__init__(*args, **kwargs)
        self.most = places.most(cohort)
        self.fields["capacity"].widget.attrs["max"] = self.most

    def clean_capacity(self) -> int:
        """Not above what is usual or was allowed."""
        given: int = self.cleaned_data["capacity"]
        if given > self.most:
            raise forms.ValidationError(f"At most {self.most}. A supervisor can allow more, with a reason.")
        return given

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


class EndForm(forms.Form):
    """The last day of a cohort."""

    last_day = forms.DateField(label="Last day", widget=a_date())


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


@require_http_methods(["GET", "POST"])
def end(request: SignedIn, cohort_id: UUID) -> HttpResponse:
    """Plan the last day of a cohort: the day first, then what follows from it, then it is so. Or take it back."""
    found = access_cohort(request.user, cohort_id, Permission.COHORT_MANAGE).cohort
    if "take_back" in request.POST:
        return _take_back(request, found)
    asked = request.POST if request.method == "POST" else request.GET if "last_day" in request.GET else None
    form = EndForm(asked, initial={"last_day": found.ends_on})
    last_day = form.cleaned_data["last_day"] if form.is_valid() else None
    if last_day and last_day < local_day(found.programme, now()):
        form.add_error("last_day", "Choose today or a later day.")
        last_day = None
    if request.method == "POST" and last_day:
        try:
            ending.plan(cohort_id=found.pk, last_day=last_day, by=request.user.pk)
            flash.success(request, f"{last_day:%B %-d} is {found.name}'s last day. Until then you can take it back.")
            return redirect("groups:cohort", found.pk)
        except Refused as refused:
            form.add_error(None, refused.reason)
    context = {
        "cohort": found,
        "form": form,
        "last_day": last_day,
        "over": ending.over(found),
        "cancels": ending.after(found, last_day) if last_day else [],
        "members": places.taken(found),
    }
    return render(request, "groups/cohort_end.html", context)


def _take_back(request: SignedIn, found: Cohort) -> HttpResponse:
    try:
        ending.take_back(cohort_id=found.pk, by=request.user.pk)
        flash.success(request, f"{found.name} goes on. Its sessions of the next four weeks are planned again.")
    except Refused as refused:
        flash.error(request, refused.reason)
    return redirect("groups:cohort", found.pk)


def _cohort(request: SignedIn, found: Cohort, times: TimeForm | None = None) -> HttpResponse:
    mine = {"name": found.name, "kind": found.kind, "joining": found.joining, "capacity": found.capacity}
    edits = request.method == "POST" and times is None
    form = CohortForm(request.POST if edits else None, initial=mine, cohort=found)
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
        "allowed": places.allowed(found),
        "over": ending.over(found),
        "planned": found.sessions.filter(state="scheduled", starts_at__gt=now()).order_by("starts_at")[:12],
    }
    return render(request, "groups/cohort.html", context)
