"""The desk: what waits, gravest first; and one case."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from groups.access import NOT_YOURS, cohorts_with
from groups.errors import Refused
from groups.room_page import uuid_of
from moderation import policies, queue, reading, screen_watch
from moderation.access import CaseAccess, access_case, cases_of
from moderation.escalation import watch
from moderation.models import Case, Decision, Escalation, Severity
from moderation.services import claims, decisions
from moderation.services.flags import note_entry
from moderation.views.words import verbs_for
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services.roles import allows
from records import audit, sealing
from records.clock import now

PAGE = 40
FILTERS = {"waiting": "Waiting", "mine": "Mine", "closed": "Closed today"}


@require_GET
@never_cache
def desk(request: SignedIn) -> HttpResponse:
    """The queue."""
    _require_desk(request)
    return render(request, "moderation/desk.html", _queue(request))


@require_GET
@never_cache
def queue_part(request: SignedIn) -> HttpResponse:
    """The queue's rows alone, fetched again when the desk is told something."""
    _require_desk(request)
    return render(request, "moderation/_queue.html", _queue(request))


@require_GET
@never_cache
def case(request: SignedIn, case_id: UUID) -> HttpResponse:
    """One case: the words in their context, what is known, and what each decision would do."""
    access = access_case(request.user, case_id)
    audit.record("case.read", "case", case_id, actor=request.user.pk, person=access.case.person_id)
    return render(request, "moderation/case.html", _case(request, access))


@require_POST
def act(request: SignedIn, case_id: UUID) -> HttpResponse:
    """Claim, let go, decide, note, undo: one form field says which."""
    access = access_case(request.user, case_id)
    what = request.POST.get("do", "")
    try:
        _do(request, access, what)
    except Refused as refused:
        flash.error(request, refused.reason)
        if refused.code == "empty":
            context = _case(request, access) | {
                "refused": refused.reason,
                "reason": request.POST.get("reason", ""),
                "doing": what,
            }
            return render(request, "moderation/case.html", context, status=409)
    back = request.POST.get("back", "")
    if back.startswith("/sessions/"):
        return redirect(back)
    return redirect("moderation:case", case_id)


def _do(request: SignedIn, access: CaseAccess, what: str) -> None:
    by, reason = request.user, request.POST.get("reason", "")
    if what == "claim":
        claims.claim(access.case, by=by)
        flash.success(request, "It's yours for ten minutes.")
    elif what == "let_go":
        claims.let_go(access.case, by=by)
    elif what == "note":
        decisions.add_note(access.case, by=by, note=request.POST.get("note", ""))
        flash.success(request, "Noted.")
    elif what == "undo":
        found = Decision.objects.filter(
            pk=uuid_of(request.POST.get("decision")) or UUID(int=0), case=access.case
        ).first()
        if found is None:
            raise Http404
        decisions.reverse(found, by=by, roles=access.roles)
        flash.success(request, "Taken back.")
    elif what in Decision.Verb.values:
        decisions.decide(access.case, verb=what, by=by, roles=access.roles, reason=reason)
        flash.success(request, verbs_for(what).done)
    else:
        raise Http404


@require_POST
def identify(request: SignedIn, case_id: UUID) -> HttpResponse:
    """Show the legal name once, with a reason that is kept."""
    access = access_case(request.user, case_id)
    person, reason = access.case.person, request.POST.get("reason", "").strip()
    if person is None or person.legal_name_sealed is None:
        raise Http404
    if not allows(access.roles, Permission.IDENTITY_READ):
        raise PermissionDenied("Ask a clinician; your role works without the legal name.")
    if not reason:
        flash.error(request, "Write why you need the name.")
        return redirect("moderation:case", case_id)
    note_entry(access.case, "identified", request.user, reason)
    audit.record("identity.read", "person", person.pk, actor=request.user.pk, person=person.pk, case=str(case_id))
    name = sealing.unseal(sealing.person(person.pk), "legal_name", person.legal_name_sealed)
    return render(request, "moderation/case.html", _case(request, access) | {"legal_name": name})


def _require_desk(request: SignedIn) -> None:
    if not cohorts_with(request.user, Permission.CASE_READ).exists():
        raise PermissionDenied(NOT_YOURS)


def _queue(request: SignedIn) -> dict[str, Any]:
    chosen = request.GET.get("show", "waiting")
    chosen = chosen if chosen in FILTERS else "waiting"
    at = now()
    mine = cases_of(request.user)
    waiting = mine.filter(state=Case.State.OPEN)
    today = mine.filter(state=Case.State.CLOSED, closed_at__gte=at.replace(hour=0, minute=0, second=0, microsecond=0))
    shown = {
        "waiting": waiting,
        "mine": waiting.filter(claimed_by=request.user, claimed_until__gt=at),
        "closed": today,
    }[chosen]
    rows = queue.rows(list(shown), at, request.user.pk)
    return {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "shown": chosen,
        "filters": [
            ("waiting", "Waiting", waiting.count()),
            ("mine", "Mine", waiting.filter(claimed_by=request.user, claimed_until__gt=at).count()),
            ("closed", "Closed today", today.count()),
        ],
        "grave": waiting.filter(severity__gte=Severity.RED).count(),
        "last_closed": mine.exclude(closed_at=None).order_by("-closed_at").values_list("closed_at", flat=True).first(),
        "desks": [f"desk:{cohort.pk}" for cohort in cohorts_with(request.user, Permission.CASE_READ)],
        "troubles": [*screen_watch.troubles(request.user), *watch.troubles()],
        "now": at,
    }


def _case(request: SignedIn, access: CaseAccess) -> dict[str, Any]:
    case = access.case
    matter = decisions.matter(case)
    possible, not_here = [], []
    for verb in (
        Decision.Verb.ESCALATE,
        Decision.Verb.RELEASE,
        Decision.Verb.HIDE,
        Decision.Verb.RESTORE,
        Decision.Verb.DISMISS,
    ):
        why = policies.can(verb, matter, access.roles)
        (not_here.append((verbs_for(verb), why)) if why else possible.append(verbs_for(verb)))
    reads_desk = allows(access.roles, Permission.CASE_READ)
    return {
        "case": case,
        "severity": Severity(case.severity).label,
        "title": queue.title(case),
        "evidence": reading.evidence_of(case, request.user.pk),
        "context": reading.context_of(case),
        "so_far": reading.so_far(case),
        "other_cases": [(one, Severity(one.severity).label) for one in reading.other_cases(case)],
        "matter": matter,
        "possible": possible,
        "not_here": not_here,
        "undoable": Decision.objects.filter(case=case, reversed_at=None)
        .exclude(verb="escalate")
        .select_related("by")
        .order_by("-at")[:3],
        "looking": claims.look(case, by=request.user),
        "held_by_me": case.claimed_by_id == request.user.pk
        and case.claimed_until is not None
        and case.claimed_until > now(),
        "claimed": case.claimed_until is not None and case.claimed_until > now(),
        "identifies": allows(access.roles, Permission.IDENTITY_READ),
        "escalation": Escalation.objects.filter(case=case).order_by("-triggered_at").first(),
        "reads_desk": reads_desk,
        "reads_escalation": allows(access.roles, Permission.ESCALATION_READ),
        **(_queue(request) if reads_desk else {}),
    }
