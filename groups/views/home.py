"""Home: a sentence, one button, then today, messages and the week, in words."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from groups.access import cohorts_of, cohorts_with, group_room
from groups.models import Cohort, Programme, Room, Session
from groups.room_page import room_name
from groups.services import hours, reading
from groups.services.connections import invitations_for
from groups.zone import local_day
from peers.models import Assessment, User
from peers.permissions import Permission
from peers.requests import SignedIn
from records.clock import now


@dataclass(frozen=True, slots=True)
class Conversation:
    """A peer room on the home page."""

    room: Room
    name: str
    person: User
    unread: int


@require_GET
@never_cache
def home(request: SignedIn) -> HttpResponse:
    """A participant's home, or the staff's; with `X-Fragment` the part of it that changes."""
    cohorts = cohorts_of(request.user)
    part = "_" if "X-Fragment" in request.headers else ""
    if cohorts:
        return render(request, f"groups/{part}home.html", _participant(request.user, cohorts))
    return render(request, f"groups/{part}home_staff.html", _staff(request.user))


def _participant(person: User, cohorts: list[Cohort]) -> dict[str, Any]:
    programme = cohorts[0].programme
    today = hours.sessions_between(cohorts, programme, local_day(programme, now()), local_day(programme, now()))
    current = (
        Session.objects.filter(cohort__in=cohorts, state__in=Session.LIVE)
        .select_related("cohort", "lead", "co_lead")
        .first()
    )
    coming = Session.objects.filter(cohort__in=cohorts, state=Session.State.SCHEDULED, starts_at__gt=now())
    return {
        "greeting": _greeting(),
        "current": current,
        "current_room": group_room(current.cohort) if current else None,
        "next": coming.select_related("cohort", "lead", "co_lead").order_by("starts_at").first(),
        "rooms": [(cohort, group_room(cohort), reading.unread(person.pk, group_room(cohort).pk)) for cohort in cohorts],
        "today": today,
        "conversations": _conversations(person),
        "invitations": invitations_for(person.pk),
        "week": hours.week_of(person, cohorts, programme),
        "assessment": Assessment.objects.filter(person=person, programme=programme.pk).order_by("-made_at").first(),
        "programme": programme,
    }


def _staff(person: User) -> dict[str, Any]:
    leads = list(cohorts_with(person, Permission.SESSION_LEAD))
    programme = Programme.objects.first()
    sessions: list[Session] = []
    if programme is not None and leads:
        today = local_day(programme, now())
        sessions = hours.sessions_between(leads, programme, today, today)
    live = Session.objects.filter(cohort__in=leads, state__in=Session.LIVE).select_related("cohort").first()
    return {
        "greeting": _greeting(),
        "cohorts": [(cohort, group_room(cohort)) for cohort in leads],
        "sessions": sessions,
        "live": live,
        "next": Session.objects.filter(cohort__in=leads, state=Session.State.SCHEDULED, starts_at__gt=now())
        .select_related("cohort")
        .order_by("starts_at")
        .first(),
    }


def _conversations(person: User) -> list[Conversation]:
    found = []
    for room in Room.objects.filter(kind=Room.Kind.PEER, people__person=person.pk, closed_at=None).select_related(
        "cohort"
    ):
        other = room.people.exclude(person=person.pk).select_related("person").first()
        if other is not None:
            found.append(
                Conversation(room, room_name(room, person.pk), other.person, reading.unread(person.pk, room.pk))
            )
    return sorted(found, key=lambda one: (-one.unread, one.name))


def _greeting() -> str:
    hour = timezone.localtime(now()).hour
    return "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"
