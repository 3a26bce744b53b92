"""Held messages for the lead of a live room, beside the console, within the second they are told."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from groups.access import access_session
from groups.models import Message
from moderation import policies, reading
from moderation.models import Case, Decision, Lane, Severity
from moderation.services import decisions
from peers.permissions import Permission
from peers.requests import SignedIn


@require_GET
@never_cache
def held(request: SignedIn, session_id: UUID) -> HttpResponse:
    """Every message of this room that is held, gravest first, with what the lead may do."""
    access = access_session(request.user, session_id, Permission.SESSION_LEAD)
    cases = Case.objects.filter(room=access.room, state=Case.State.OPEN, message__state=Message.State.HELD)
    rows = []
    for case in cases.select_related("cohort__programme", "room", "message", "person").order_by("-severity", "due_at"):
        if case.lane == Lane.CONDUCT and cases.filter(message=case.message_id, lane=Lane.CARE).exists():
            continue  # one card for each message: the care lane's
        matter, evidence = decisions.matter(case), reading.evidence_of(case, request.user.pk)
        rows.append(
            {
                "case": case,
                "severity": Severity(case.severity).label,
                "evidence": evidence,
                "screen_down": any(words.screen_down for words in evidence),
                "release": policies.can(Decision.Verb.RELEASE, matter, access.roles),
                "escalate": policies.can(Decision.Verb.ESCALATE, matter, access.roles),
            }
        )
    return render(request, "moderation/_held.html", {"rows": rows, "session": access.session})
