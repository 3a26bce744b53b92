"""A session's page, for those who lead it and for those who take part; and its actions as plain forms.

The page and its part `…/side/` (fetched again when something is told) come from the same context. Every action of
`groups/session_actions.py` has an address of its own; it answers with a redirect, the part of the page, or the
socket's answer as JSON, whichever was asked for.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups import room_page
from groups.access import SessionAccess, access_session
from groups.console import console
from groups.errors import Refused
from groups.models import Session
from groups.services import farewells, phases, presence
from groups.session_actions import ACTIONS, Given
from peers.models import User
from peers.permissions import Permission
from peers.requests import SignedIn
from records import audit

FAREWELL = "farewell-"
"""Prefix of the end form's fields: one for each person."""


@require_GET
def session(request: SignedIn, session_id: UUID) -> HttpResponse:
    """The console for those who lead, the session's page for everybody else in the group."""
    access = access_session(request.user, session_id, Permission.SESSION_READ)
    audit.record("session.read", "session", session_id, actor=request.user.pk)
    shown = room_page.context(request.user, access)
    if shown["session"] != access.session:  # the room's page knows only the live session
        shown |= _context(access, request.user)
    return render(request, "groups/session.html", shown | {"cohort": access.cohort})


@require_GET
def side(request: SignedIn, session_id: UUID) -> HttpResponse:
    """The part of the page that changes: people, turns, hands, phase, controls."""
    access = access_session(request.user, session_id, Permission.SESSION_READ)
    return render(request, "groups/_session_side.html", _context(access, request.user))


@require_POST
def act(request: SignedIn, session_id: UUID, name: str) -> HttpResponse:
    """Do one of the session's actions."""
    action = ACTIONS[name]
    access = access_session(request.user, session_id, action.permission)
    _sign_of(request.user, access.session)
    try:
        action.run(session_id, request.user.pk, _given(request))
    except Refused as refused:
        return _answer(request, access, refused)
    return _answer(request, access)


@require_http_methods(["GET", "POST"])
def end(request: SignedIn, session_id: UUID) -> HttpResponse:
    """End the session. While somebody who was present has not been seen off, the page names them and waits."""
    access = access_session(request.user, session_id, Permission.SESSION_LEAD)
    if request.method == "POST":
        try:
            ending = phases.end(session_id=session_id, by=request.user.pk, seen_off=_seen_off(request))
        except Refused as refused:
            return _answer(request, access, refused)
        if ending.ended or _wants_json(request):
            waits = Refused("farewells_open", phases.waits_for(ending.still_open)) if not ending.ended else None
            return _answer(request, access, waits)
        return redirect("groups:session_end", session_id)
    context = {
        "session": access.session,
        "goodbyes": farewells.of(access.session),
        "states": farewells.State.choices,
        "waits": phases.waits_for(waiting) if (waiting := tuple(farewells.still_open(access.session))) else "",
    }
    return render(request, "groups/session_end.html", context)


def _context(access: SessionAccess, reader: User) -> dict[str, object]:
    shown = console(access, reader)
    base = "base_staff.html" if shown.leads else "base_participant.html"
    return {"console": shown, "session": shown.session, "room": shown.room, "cohort": access.cohort, "base": base}


def _answer(request: SignedIn, access: SessionAccess, refused: Refused | None = None) -> HttpResponse:
    if _wants_json(request):
        if refused is None:
            return JsonResponse({"v": 1, "ok": True})
        return JsonResponse({"v": 1, "ok": False, "code": refused.code, "reason": refused.reason}, status=409)
    if request.headers.get("HX-Request"):
        fresh = access_session(request.user, access.session.pk, Permission.SESSION_READ)
        context = {**_context(fresh, request.user), "refused": refused.reason if refused else ""}
        return render(request, "groups/_session_side.html", context)
    if refused is not None:
        messages.error(request, refused.reason)
    if request.POST.get("back") == "room":
        return redirect("groups:room", access.room.pk)
    return redirect("groups:session", access.session.pk)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _given(request: HttpRequest) -> Given:
    return Given(
        person=_uuid(request.POST.get("person")),
        speaking=_uuid(request.POST.get("speaking")),
        to=request.POST.get("to", ""),
        state=request.POST.get("state", ""),
        up=request.POST.get("up", "1") == "1",
    )


def _seen_off(request: HttpRequest) -> dict[UUID, str]:
    chosen = {
        name.removeprefix(FAREWELL): str(value) for name, value in request.POST.items() if name.startswith(FAREWELL)
    }
    return {person: state for raw, state in chosen.items() if state and (person := _uuid(raw))}


def _uuid(raw: str | None) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError:
        raise Http404 from None


def _sign_of(person: User, live: Session) -> None:
    """Somebody without JavaScript has no socket; their page is a sign that they are there."""
    if live.state in Session.LIVE:
        presence.touched(person_id=person.pk, session_id=live.pk)
