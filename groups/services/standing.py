"""Where a person stands in a room now: read for pages, and again under the room's lock before a post is kept."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from groups.access import RoomAccess
from groups.models import Cohort, Membership, Room, Session, Turn
from groups.policies import Standing
from peers.permissions import Permission
from records.clock import now


def standing(person_id: UUID, access: RoomAccess) -> Standing:
    """All that `policies.can_post` needs about this person in this room."""
    return standing_in(live_session_for(access.room), person_id, access)


def standing_in(live: Session | None, person_id: UUID, access: RoomAccess) -> Standing:
    """The same, with the live session that governs the room."""
    room = access.room
    state = live.state if live else ""
    opens_at = None
    if room.kind == Room.Kind.PEER:
        opens_at = live.ends_at if live else None
    elif live is None or state == Session.State.LOBBY:
        opens_at = live.starts_at if live else _next_start(room.cohort)
    return Standing(
        kind=room.kind,
        staff=access.may(Permission.SESSION_LEAD),
        may_post=access.may(Permission.ROOM_POST),
        room_ended=room.closed_at is not None,
        state=state,
        paused_reason=live.paused_reason if live else "",
        has_turn=live is not None and state == Session.State.CHECK_IN and _has_turn(live, person_id),
        opens_at=opens_at,
    )


def live_sessions_for(rooms: Iterable[Room]) -> dict[UUID, Session | None]:
    """The live session that governs each room, by the room's id."""
    rooms = list(rooms)
    live = Session.objects.filter(state__in=Session.LIVE, cohort__in={room.cohort_id for room in rooms})
    of_cohort = {one.cohort_id: one for one in live.select_related("leading", "lead", "co_lead")}
    return {
        room.pk: live_session_for(room) if room.kind == Room.Kind.PEER else of_cohort.get(room.cohort_id)
        for room in rooms
    }


def live_session_for(room: Room) -> Session | None:
    """The live session that governs a room: its cohort's, or for a peer room either person's."""
    live = Session.objects.filter(state__in=Session.LIVE).select_related("leading", "lead", "co_lead")
    if room.kind != Room.Kind.PEER:
        return live.filter(cohort=room.cohort_id).first()
    return live.filter(cohort__in=_cohorts_of_both(room)).order_by("ends_at").last()


def _cohorts_of_both(room: Room) -> QuerySet[Membership, UUID]:
    people = room.people.values("person")
    return Membership.objects.filter(person__in=people, ended_at=None).values_list("cohort", flat=True)


def _has_turn(session: Session, person_id: UUID) -> bool:
    return Turn.objects.filter(session=session, person=person_id, state=Turn.State.SPEAKING).exists()


def _next_start(cohort: Cohort) -> datetime | None:
    ahead = Session.objects.filter(cohort=cohort, state=Session.State.SCHEDULED, ends_at__gt=now())
    return ahead.order_by("starts_at").values_list("starts_at", flat=True).first()
