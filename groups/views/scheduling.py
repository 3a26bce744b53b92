"""Cancelling a session and giving it another time: for those who keep the schedule. They do not see the room."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from groups.access import access_schedule
from groups.errors import Refused
from groups.models import Session
from groups.services import schedule
from groups.words import clock, zone_of
from groups.zone import moment_of
from groups.zone import zone as zone_of_programme
from peers.requests import SignedIn


@require_http_methods(["GET", "POST"])
def page(request: SignedIn, session_id: UUID) -> HttpResponse:
    """One session in the schedule. The form's `do` is `cancel` or `move` (with a local `day` and `time`)."""
    access = access_schedule(request.user, session_id)
    if request.method == "POST":
        try:
            _do(request, access.session)
        except Refused as refused:
            messages.error(request, refused.reason)
        except ValueError:
            messages.error(request, "Give a day and a time.")
        return redirect("groups:session_schedule", session_id)
    zone = zone_of(request.user, access.cohort)
    there = access.session.starts_at.astimezone(zone_of_programme(access.cohort.programme))
    context = {
        "session": access.session,
        "cohort": access.cohort,
        "begins": clock(access.session.starts_at, zone),
        "can_change": access.session.state in (Session.State.SCHEDULED, Session.State.LOBBY),
        "can_move": access.session.state == Session.State.SCHEDULED,
        "day": f"{there:%Y-%m-%d}",
        "time": f"{there:%H:%M}",
    }
    return render(request, "groups/session_schedule.html", context)


def _do(request: SignedIn, session: Session) -> None:
    if request.POST.get("do") == "cancel":
        schedule.cancel(session_id=session.pk, by=request.user.pk)
        messages.success(request, "Cancelled. Everybody's home says so.")
        return
    given = datetime.fromisoformat(f"{request.POST.get('day', '')}T{request.POST.get('time', '')}")
    starts_at = moment_of(session.cohort.programme, given.date(), given.time())
    schedule.move_to(session_id=session.pk, by=request.user.pk, starts_at=starts_at)
    messages.success(request, "Moved. Everybody's home shows the new time.")
