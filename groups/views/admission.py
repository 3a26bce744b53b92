"""Admission: the people staff look after, one person's page, and what is decided there."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups.access import access_cohort, cohorts_with
from groups.admission_forms import DAYS as DAY_NAMES
from groups.admission_forms import AdmissionForm, DischargeForm, FindingsForm, StepForm
from groups.errors import Refused
from groups.models import Membership
from groups.people_access import SEES_PEOPLE, PersonAccess, access_person, cohorts_shown, require_any
from groups.services import admission, ending, enrolment, places
from groups.zone import local_day
from peers.errors import NotDone
from peers.models import Level, User
from peers.permissions import Permission, Role
from peers.requests import SignedIn
from peers.services import identity, invitations, stays
from records import audit
from records.clock import now

PAGE = 25
HERE = "groups:person"


@require_GET
def people(request: SignedIn) -> HttpResponse:
    """Everybody in the reader's cohorts, by display name; `q` searches it, `left` shows those who have left."""
    require_any(request.user, *SEES_PEOPLE)
    query, left = request.GET.get("q", "").strip(), request.GET.get("left") == "1"
    cohorts = cohorts_shown(request.user)
    found = _members(cohorts, query, left)
    shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "query": query,
        "left": left,
        "admits": cohorts_with(request.user, Permission.PEOPLE_ENROL).exists(),
    }
    return render(request, "groups/admissions.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def admit(request: SignedIn) -> HttpResponse:
    """Choose a cohort (`cohort`), then record the assessment and give the person a place."""
    cohorts = [one for one in cohorts_with(request.user, Permission.PEOPLE_ENROL) if not ending.over(one)]
    require_any(request.user, Permission.PEOPLE_ENROL)
    chosen = request.GET.get("cohort", "")
    if not chosen:
        rows = Paginator([(one, places.taken(one)) for one in cohorts], PAGE).get_page(request.GET.get("page"))
        return render(request, "groups/admit_cohort.html", {"page": rows})
    access = access_cohort(request.user, _uuid(chosen), Permission.PEOPLE_ENROL)
    today = local_day(access.cohort.programme, now())
    data = request.POST if request.method == "POST" else None
    form = AdmissionForm(data, cohort=access.cohort, initial={"starts_on": today, "level": Level.IOP})
    if request.method == "POST" and form.is_valid():
        try:
            made = admission.admit(
                cohort_id=access.cohort.pk,
                by=request.user.pk,
                entrant=form.entrant(),
                findings=form.findings(),
                starts_on=form.cleaned_data["starts_on"],
            )
        except (Refused, NotDone) as refused:
            form.add_error(None, refused.reason)
        else:
            where = access.cohort.name
            invited = f"They have a place in {where}, and the invitation is in their mail."
            flash.success(request, invited if made.invited else f"They have a place in {where}.")
            return redirect(HERE, made.person.pk)
    return render(request, "groups/admit.html", {"form": form, "cohort": access.cohort})


@never_cache
@require_GET
def person(request: SignedIn, person_id: UUID) -> HttpResponse:
    """One participant: levels over time, modalities and team, groups, and what the reader may decide."""
    with transaction.atomic():
        context = _page(request.user, access_person(request.user, person_id))
    return render(request, "groups/person.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def assess(request: SignedIn, person_id: UUID) -> HttpResponse:
    """A new assessment of somebody who has a place; another level it finds holds from today."""
    access = access_person(request.user, person_id, Permission.PEOPLE_ENROL)
    programme = access.programme
    form = FindingsForm(
        request.POST if request.method == "POST" else None, programme=programme, initial=_as_before(access)
    )
    if request.method == "POST" and form.is_valid():
        try:
            admission.assess(
                person=access.person,
                programme=programme,
                by=request.user.pk,
                findings=form.findings(),
                level_from=local_day(programme, now()),
            )
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            flash.success(request, "Saved.")
            return redirect(HERE, person_id)
    return render(request, "groups/assess.html", {"form": form, "person": access.person})


@require_http_methods(["GET", "POST"])
def step(request: SignedIn, person_id: UUID) -> HttpResponse:
    """Step up or down on a date."""
    access = access_person(request.user, person_id, Permission.PEOPLE_ENROL)
    form = StepForm(request.POST or None, initial={"on": local_day(access.programme, now())})

    def act() -> str:
        given, level = form.cleaned_data, Level(form.cleaned_data["level"])
        admission.step(
            person=access.person,
            programme=access.programme,
            level=level,
            on=given["on"],
            by=request.user.pk,
            reason=given["reason"],
        )
        return f"{level.label[0].upper()}{level.label[1:]} holds from {given['on']:%B %-d}. Group and team stay."

    words = {"title": "Step up or down", "button": "Step", "lead": "The weekly hours switch on that day."}
    return _decide(request, access, form, words, act)


@require_http_methods(["GET", "POST"])
def discharge(request: SignedIn, person_id: UUID, cohort_id: UUID) -> HttpResponse:
    """Discharge from one cohort, now or after a last day."""
    access = access_person(request.user, person_id, Permission.PEOPLE_ENROL)
    cohort = access_cohort(request.user, cohort_id, Permission.PEOPLE_ENROL).cohort
    form = DischargeForm(request.POST or None)

    def act() -> str:
        day = form.cleaned_data["last_day"] if form.cleaned_data["when"] == "day" else None
        enrolment.discharge(cohort_id=cohort.pk, person_id=person_id, by=request.user.pk, last_day=day)
        return f"Their last day in {cohort.name} is {day:%B %-d}." if day else f"They have left {cohort.name}."

    words = {
        "title": f"Discharge from {cohort.name}",
        "button": "Discharge",
        "lead": "Their conversations with peers there end with it. Their history stays.",
    }
    return _decide(request, access, form, words, act)


@require_POST
def invite_again(request: SignedIn, person_id: UUID) -> HttpResponse:
    """Send somebody who has not signed in yet a new invitation; the earlier link opens nothing then."""
    access = access_person(request.user, person_id, Permission.PEOPLE_ENROL)
    try:
        scope = access.memberships[0].cohort_id
        invitations.invite(
            email=access.person.email, role=Role.PARTICIPANT, scope=scope, by=request.user.pk, person=access.person
        )
        flash.success(request, "A new invitation is in their mail. The earlier one opens nothing now.")
    except NotDone as refused:
        flash.error(request, refused.reason)
    return redirect(HERE, person_id)


def _decide(request: SignedIn, access: PersonAccess, form: Form, words: dict[str, str], act: Any) -> HttpResponse:
    """A form about one person: shown, sent back with what is wrong, or acted on."""
    if request.method == "POST" and form.is_valid():
        try:
            flash.success(request, act())
            return redirect(HERE, access.person.pk)
        except Refused as refused:
            form.add_error(None, refused.reason)
    return render(request, "groups/person_form.html", {"form": form, "person": access.person, **words})


def _members(cohorts: QuerySet[Any], query: str, left: bool) -> QuerySet[Membership]:
    over = Q(ended_at__isnull=False)
    mine = Membership.objects.filter(over if left else ~over, cohort__in=cohorts)
    if query:
        mine = mine.filter(person__display_name__icontains=query)
    return mine.select_related("person", "cohort").order_by("person__display_name", "cohort__name", "-starts_on")


def _page(reader: User, access: PersonAccess) -> dict[str, Any]:
    person, programme = access.person, access.programme
    context: dict[str, Any] = {
        "person": person,
        "memberships": access.memberships,
        "enrols": access.may(Permission.PEOPLE_ENROL),
        "resets": access.may(Permission.PEOPLE_RESET) and person.is_active,
        "care": access.reads_care,
        "waiting": None if person.is_active else invitations.waiting_for(person.pk),
    }
    if access.may(Permission.IDENTITY_READ):
        context["legal_name"] = identity.legal_name(person=person, by=reader.pk)
    if access.reads_care:
        audit.record("person.read", "person", person.pk, actor=reader.pk, person=person.pk)
        assessment = admission.newest(person, programme)
        today = local_day(programme, now())
        context |= {
            "assessment": assessment,
            "reasons": admission.reasons_of(assessment) if assessment else "",
            "days": [name for number, name in DAY_NAMES if assessment and number in assessment.available_days],
            "stays": [(stay, stays.reason_of(stay)) for stay in stays.history(person.pk, programme.pk)],
            "stay": stays.stay_on(person.pk, programme.pk, today),
            "today": today,
        }
    return context


def _as_before(access: PersonAccess) -> dict[str, Any]:
    """What the last assessment found, except its reasons, to start the next one from."""
    last = admission.newest(access.person, access.programme)
    if last is None:
        return {}
    return {
        "level": last.level,
        "days": last.available_days,
        "daytime": last.available_daytime,
        "evening": last.available_evening,
        "home_safe": last.home_safe,
        **{f"modality_{one.modality}": str(one.clinician_id) for one in last.modalities.all()},
    }


def _uuid(text: str) -> UUID:
    """An id from an address. An id of nothing for what is none, so that both answers are the same."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
