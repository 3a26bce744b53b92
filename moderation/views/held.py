"""What is held in a live room, for its lead: cards beside the console within the second, a line in the room itself."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from groups.access import SessionAccess, access_session
from groups.models import Message, Room
from moderation import policies, reading
from moderation.escalation import ladder
from moderation.escalation.answers import may_acknowledge
from moderation.models import Case, Decision, Escalation, Lane, Severity
from moderation.services import decisions
from peers.models import User
from peers.permissions import Permission
from peers.requests import SignedIn


@require_GET
@never_cache
def held(request: SignedIn, session_id: UUID) -> HttpResponse:
    """Every message of this room that is held, gravest first, with what the lead may do."""
    access = access_session(request.user, session_id, Permission.SESSION_LEAD)
    cases = _waiting(access.room)
    open_ones = Escalation.objects.filter(case__in=cases).exclude(state=Escalation.State.RESOLVED)
    called = {one.case_id: one for one in open_ones.select_related("acknowledged_by")}
    rows = [_card(case, grave, called.get(case.pk), access, request.user) for case, grave in cases.items()]
    return render(request, "moderation/_held.html", {"rows": rows, "session": access.session})


@require_GET
@never_cache
def brief(request: SignedIn, session_id: UUID) -> HttpResponse:
    """How many are held, and how grave, without their words: for a lead who has the room open and not the console."""
    access = access_session(request.user, session_id, Permission.SESSION_LEAD)
    cases = _waiting(access.room)
    shown = {
        "count": len(cases),
        "severity": Severity(next(iter(cases.values()))).label if cases else "",
        "due_at": min((case.due_at for case in cases), default=None),
        "session": access.session,
    }
    return render(request, "moderation/_held_brief.html", shown)


def _waiting(room: Room) -> dict[Case, int]:
    """One open case for each held message of a room, and how grave the message is in any lane, gravest first.

    Of two lanes it is the care lane's case.
    """
    found = Case.objects.filter(room=room, state=Case.State.OPEN, message__state=Message.State.HELD)
    cases = list(found.select_related("cohort__programme", "room", "message", "person").order_by("-severity", "due_at"))
    chosen: dict[UUID | None, Case] = {}
    gravest: dict[UUID | None, int] = {}
    for case in cases:
        gravest.setdefault(case.message_id, case.severity)
        if case.lane == Lane.CARE or case.message_id not in chosen:
            chosen[case.message_id] = case
    return {chosen[message]: severity for message, severity in gravest.items()}


def _card(case: Case, severity: int, called: Escalation | None, access: SessionAccess, lead: User) -> dict[str, Any]:
    matter, evidence = decisions.matter(case), reading.evidence_of(case, lead.pk)
    return {
        "case": case,
        "severity": Severity(severity).label,
        "evidence": evidence,
        "screen_down": any(words.screen_down for words in evidence),
        "release": policies.can(Decision.Verb.RELEASE, matter, access.roles),
        "escalate": policies.can(Decision.Verb.ESCALATE, matter, access.roles),
        "called": called,
        "paged": _paged(called, lead) if called is not None else "",
        "may_not_answer": may_acknowledge(called, lead, access.roles) if called is not None else "",
    }


def _paged(called: Escalation, lead: User) -> str:
    """`you, Dr. Kim`."""
    paged = set(called.pages.values_list("person", flat=True))
    others = ladder.names([str(person) for person in paged - {lead.pk}])
    return ", ".join(filter(None, ("you" if lead.pk in paged else "", others)))
