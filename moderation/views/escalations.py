"""Escalations: every open one of the reader's cohorts, gravest first, of those the unanswered; and one."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from groups.access import NOT_YOURS, cohorts_with
from groups.errors import Refused
from moderation import reading, screen_watch
from moderation.access import EscalationAccess, access_escalation, escalations_of
from moderation.escalation import answers, pages, watch
from moderation.escalation.ladder import names
from moderation.escalation.states import DISPOSITIONS
from moderation.escalation.telling import owner
from moderation.models import Escalation, EscalationEntry, OnCall, Page, Severity
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services.roles import allows
from records import audit, sealing
from records.clock import now

PAGE = 20


@require_GET
@never_cache
def index(request: SignedIn) -> HttpResponse:
    """The page a clinician keeps open."""
    _require(request)
    return render(request, "moderation/escalations.html", _list(request))


@require_GET
@never_cache
def list_part(request: SignedIn) -> HttpResponse:
    """The open ones alone, fetched again when something is told."""
    _require(request)
    return render(request, "moderation/_escalations.html", _list(request))


@require_GET
@never_cache
def escalation(request: SignedIn, escalation_id: UUID) -> HttpResponse:
    """One escalation: who, where, the words, so far, and the next step.

    A page that is open already asks for the part that changes, and gets it only when something happened since.
    """
    access = access_escalation(request.user, escalation_id)
    again = "X-Fragment" in request.headers
    if again and request.GET.get("seen") == _version(access.escalation):
        return HttpResponse(status=204)
    audit.record(
        "escalation.read", "escalation", escalation_id, actor=request.user.pk, person=access.escalation.person_id
    )
    Page.objects.filter(escalation=access.escalation, person=request.user, seen_at=None).update(seen_at=now())
    page = "moderation/_escalation.html" if again else "moderation/escalation.html"
    return render(request, page, _one(request, access))


@require_POST
def act(request: SignedIn, escalation_id: UUID) -> HttpResponse:
    """Acknowledge, note, resolve."""
    access = access_escalation(request.user, escalation_id)
    found, roles, what = access.escalation, access.roles, request.POST.get("do")
    note, disposition = request.POST.get("note", ""), request.POST.get("disposition", "")
    try:
        if what == "acknowledge":
            answers.acknowledge(found, by=request.user, roles=roles)
            flash.success(request, "Acknowledged. Nobody else is paged. Make contact, then resolve.")
        elif what == "note":
            answers.add_note(found, by=request.user, note=note)
            flash.success(request, "Noted.")
        elif what == "resolve":
            answers.resolve(found, by=request.user, roles=roles, disposition=disposition, note=note)
            flash.success(request, "Resolved.")
    except Refused as refused:
        fresh = access_escalation(request.user, escalation_id)
        context = _one(request, fresh) | {"refused": refused.reason, "note": note, "disposition": disposition}
        return render(request, "moderation/escalation.html", context, status=409)
    return redirect("moderation:escalation", escalation_id)


def _require(request: SignedIn) -> None:
    if not cohorts_with(request.user, Permission.ESCALATION_READ).exists():
        raise PermissionDenied(NOT_YOURS)


def _list(request: SignedIn) -> dict[str, Any]:
    mine = escalations_of(request.user)
    unanswered = F("acknowledged_at").asc(nulls_first=True)
    open_ones = mine.exclude(state=Escalation.State.RESOLVED).order_by("-severity", unanswered, "triggered_at")
    closed = mine.filter(state=Escalation.State.RESOLVED).order_by("-resolved_at")
    cohorts = cohorts_with(request.user, Permission.ESCALATION_READ)
    return {
        "open": [(one, Severity(one.severity).label) for one in open_ones],
        "page": Paginator(closed, PAGE).get_page(request.GET.get("page")),
        "unanswered": open_ones.filter(state=Escalation.State.TRIGGERED).count(),
        "topics": [f"desk:{cohort.pk}" for cohort in cohorts],
        "on_call": _on_call(cohorts.first()),
        "troubles": [*screen_watch.troubles(request.user), *watch.troubles()],
    }


def _one(request: SignedIn, access: EscalationAccess) -> dict[str, Any]:
    found = access.escalation
    number, upcoming = "", pages.upcoming(found)
    if (
        found.person is not None
        and found.person.callback_number_sealed
        and allows(access.roles, Permission.IDENTITY_READ)
    ):
        number = sealing.unseal(sealing.person(found.person.pk), "callback_number", found.person.callback_number_sealed)
        audit.record(
            "identity.read", "person", found.person.pk, actor=request.user.pk, person=found.person.pk, what="number"
        )
    outcome = ""
    if found.note_sealed is not None:
        outcome = sealing.unseal(owner(found), f"escalation:{found.pk}", found.note_sealed)
    return {
        "escalation": found,
        "severity": Severity(found.severity).label,
        "number": number,
        "evidence": reading.evidence_of(found.case, request.user.pk) if found.case else [],
        "notes": _case_notes(found),
        "so_far": _so_far(found),
        "version": _version(found),
        "next": names(upcoming),
        "next_are": len(upcoming) > 1,
        "why_not_acknowledge": answers.may_acknowledge(found, request.user, access.roles),
        "why_not_resolve": answers.may_resolve(found, access.roles),
        "dispositions": DISPOSITIONS.items(),
        "outcome": outcome,
        "outcome_words": DISPOSITIONS.get(found.disposition, ""),
        "ack_seconds": int((found.acknowledged_at - found.triggered_at).total_seconds())
        if found.acknowledged_at
        else None,
    }


def _case_notes(found: Escalation) -> list[str]:
    return [line.note for line in reading.so_far(found.case) if line.note] if found.case else []


def _so_far(found: Escalation) -> list[dict[str, Any]]:
    rows = []
    for entry in EscalationEntry.objects.filter(escalation=found).select_related("by").order_by("at"):
        note = sealing.unseal(owner(found), f"entry:{entry.pk}", entry.note_sealed) if entry.note_sealed else ""
        rows.append(
            {
                "at": entry.at,
                "what": _what(found, entry, entry.by.display_name if entry.by else ""),
                "note": note,
            }
        )
    return rows


def _version(found: Escalation) -> str:
    """Whatever happens to an escalation adds a line to "so far"."""
    return str(found.entries.count())


def _what(found: Escalation, entry: EscalationEntry, who: str) -> str:
    match entry.kind:
        case "triggered":
            return f"Triggered: {found.get_kind_display()}."
        case "paged":
            pages = Page.objects.filter(escalation=found, step=entry.data.get("step")).select_related("person")
            return f"Paged {', '.join(page.person.display_name for page in pages)}."
        case "raised":
            return f"Raised to {entry.data.get('severity')}."
        case "hurried":
            return f"{who} escalated it by hand." if who else "The screening policy pages the clinician at once."
        case "asked_again":
            return "Help was asked for again."
        case "session_over":
            return "The session is over; it goes to the clinician."
        case "staffed":
            return "The room is staffed again."
        case "nobody":
            return "There is nobody to page. Add a clinician or a supervisor."
        case "acknowledged":
            return f"{who} acknowledged."
        case "resolved":
            return f"{who} resolved it: {DISPOSITIONS.get(str(entry.data.get('disposition')), '').lower()}."
        case "note":
            return f"{who} wrote:"
    return entry.kind.replace("_", " ").capitalize() + "."


def _on_call(cohort: Any) -> OnCall | None:
    if cohort is None:
        return None
    at = now()
    shifts = OnCall.objects.filter(
        programme=cohort.programme_id, rung=OnCall.Rung.CLINICIAN, starts_at__lte=at, ends_at__gt=at
    )
    return shifts.select_related("person").order_by("starts_at").first()
