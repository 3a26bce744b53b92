"""Attendance of one session: the page with corrections, and the same as a spreadsheet. For those who lead the group."""

import csv
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from groups.access import SessionAccess, access_session
from groups.errors import Refused
from groups.services import attendance
from groups.spreadsheet import safe
from groups.words import zone_of
from groups.zone import local_day
from peers.permissions import Permission
from peers.requests import SignedIn
from records import audit
from records.clock import now

COLUMNS = ("person", "joined_at", "left_at", "minutes", "corrected")


@require_http_methods(["GET", "POST"])
def page(request: SignedIn, session_id: UUID) -> HttpResponse:
    """Minutes of everybody, and a form to put them right with a reason."""
    access = access_session(request.user, session_id, Permission.SESSION_LEAD)
    if request.method == "POST":
        try:
            attendance.correct(
                session_id=session_id,
                person_id=UUID(request.POST.get("person", "")),
                by=request.user.pk,
                counted=int(request.POST.get("minutes", "")),
                reason=request.POST.get("reason", ""),
            )
        except Refused as refused:
            messages.error(request, refused.reason)
        except ValueError:
            messages.error(request, "Choose a person and give whole minutes.")
        return redirect("groups:attendance", session_id)
    with transaction.atomic():
        _note(request, access, "page")
        context = {
            "session": access.session,
            "cohort": access.cohort,
            "rows": attendance.sheet(access.session),
            "corrections": attendance.corrections(access.session),
            "zone": zone_of(request.user, access.cohort),
            "ran": attendance.ran(access.session, now()),
        }
    return render(request, "groups/attendance.html", context)


@require_GET
def sheet(request: SignedIn, session_id: UUID) -> HttpResponse:
    """One row for each participant who was there or whose minutes were put right.

    `joined_at` is their first join and `left_at` their last leave (UTC; empty while connected, or without presence);
    `minutes` counts, `corrected` is `yes` or `no`.
    """
    access = access_session(request.user, session_id, Permission.SESSION_LEAD)
    with transaction.atomic():
        _note(request, access, "csv")
        rows = [row for row in attendance.sheet(access.session) if row.counted != attendance.NOT_THERE]
    day = local_day(access.cohort.programme, access.session.starts_at)
    name = f'attachment; filename="attendance-{day}.csv"'
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for row in rows:
        counted = row.counted
        times = _utc(counted.joined_at), _utc(counted.left_at)
        writer.writerow([safe(row.person.display_name), *times, counted.minutes, "yes" if counted.corrected else "no"])
    return response


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _note(request: SignedIn, access: SessionAccess, form: str) -> None:
    audit.record("attendance.read", "session", access.session.pk, actor=request.user.pk, form=form)
