"""Who is on call, when nobody is, and changing it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groups.access import NOT_YOURS, cohorts_with
from groups.errors import Refused
from groups.models import Programme
from groups.people_access import access_programme
from groups.room_page import uuid_of
from moderation.escalation import cover
from moderation.models import OnCall
from moderation.services import on_call
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services.roles import allows, roles_at
from records.clock import now

PAGE = 25


def _moment(label: str) -> forms.DateTimeField:
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=picker, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


class ShiftForm(forms.Form):
    """A shift, in the reader's own time."""

    person = forms.ChoiceField(label="Who")
    rung = forms.TypedChoiceField(label="Called as", choices=OnCall.Rung.choices, coerce=int)
    starts_at = _moment("Begins")
    ends_at = _moment("Ends")

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        """With those who may answer."""
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ChoiceField)
        able = [(str(one.pk), one.display_name) for one in on_call.may_answer(programme)]
        person.choices = [("", "Choose who"), *able]


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: SignedIn) -> HttpResponse:
    """The plan of a programme: who is called now, the shifts to come, the gaps of a week; and a form to add one."""
    programmes = list(Programme.objects.filter(pk__in=_read(request)).order_by("name"))
    if not programmes:
        raise PermissionDenied(NOT_YOURS)
    wanted = uuid_of(request.POST.get("program") or request.GET.get("program"))
    programme = next((one for one in programmes if one.pk == wanted), programmes[0])
    manages = allows(roles_at(request.user.pk, [programme.pk]), Permission.ON_CALL_MANAGE)
    form = ShiftForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST":
        if not manages:
            raise PermissionDenied(NOT_YOURS)
        if form.is_valid():
            try:
                made = on_call.add(programme=programme, by=request.user.pk, **form.cleaned_data)
                flash.success(request, f"{made.person.display_name} is on call for that time.")
                return redirect(f"{request.path}?program={programme.pk}")
            except Refused as refused:
                form.add_error(None, refused.reason)
    context = _plan(request, programmes, programme, manages, form)
    return render(request, "moderation/on_call.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def end(request: SignedIn, shift_id: UUID) -> HttpResponse:
    """End a shift, or take one out that has not begun; first it says what that leaves without cover."""
    shift = OnCall.objects.select_related("programme", "person").filter(pk=shift_id).first()
    if shift is None:
        raise Http404
    access_programme(request.user, shift.programme_id, Permission.ON_CALL_MANAGE)
    moment = now()
    if request.method == "POST":
        try:
            on_call.end(shift_id=shift.pk, by=request.user.pk)
            flash.success(request, f"{shift.person.display_name} is not called for that time any more.")
        except Refused as refused:
            flash.error(request, refused.reason)
        return redirect("moderation:on_call")
    bare = on_call.bare_after(shift, moment) if shift.ends_at > moment else []
    context = {"shift": shift, "bare": bare, "over": shift.ends_at <= moment, "begun": shift.starts_at <= moment}
    return render(request, "moderation/on_call_end.html", context)


def _read(request: SignedIn) -> set[UUID]:
    cohorts = cohorts_with(request.user, Permission.ESCALATION_READ)
    return set(cohorts.values_list("programme", flat=True))


def _plan(
    request: SignedIn, programmes: list[Programme], programme: Programme, manages: bool, form: ShiftForm
) -> dict[str, Any]:
    at = now()
    shifts = on_call.shifts(programme, at)
    begun = [one for one in shifts if one.starts_at <= at]
    return {
        "programme": programme,
        "programmes": programmes if len(programmes) > 1 else [],
        "manages": manages,
        "form": form,
        "rungs": [(rung.label, [one for one in begun if one.rung == rung]) for rung in OnCall.Rung],
        "page": Paginator(shifts, PAGE).get_page(request.GET.get("page")),
        "gaps": cover.gaps(programme.pk, at, at + on_call.LOOK_AHEAD),
        "at": at,
    }
