"""What a session's page shows: to those who lead, the console; to a participant, where they are and what they may do.

Everything here reads. A participant's page holds only what the group may know: no pass, no absence, no farewell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count

from groups import plan
from groups.access import SessionAccess
from groups.authors import authors_in
from groups.controls import Controls, controls
from groups.events import Author
from groups.models import Farewell, PresenceSpan, Room, Session, Turn
from groups.plan import Part
from groups.rounds import ahead, read, told
from groups.services import farewells, phases, presence, turns
from groups.services.attendance import members_then
from groups.services.farewells import Goodbye
from groups.services.presence import Seen
from groups.session_words import away, headline, new, spoken
from groups.words import clock, zone_of
from peers.models import User
from peers.permissions import Permission, Role
from records.clock import now

State = Session.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person of the session, as the reader may see them. Words are ready to show; empty: nothing to say."""

    id: UUID
    name: str
    role: str
    staff: bool
    leads: bool
    here: bool
    mine: bool
    speaking: bool = False
    waits: bool = False
    hand: bool = False
    number: int | None = None
    """Place in the round's order, from 1."""
    away: str = ""
    new: str = ""
    turn: str = ""
    farewell: str = ""

    @property
    def initial(self) -> str:
        """The letter on their quiet tint."""
        return self.name[:1].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """One session as one person sees it now."""

    session: Session
    room: Room
    leads: bool
    """Whether the reader may lead: they get the console."""
    headline: str
    phase: str
    until: datetime | None
    until_words: str
    overtime: str
    parts: Sequence[Part]
    people: Sequence[Line]
    speaking: str
    """Whom the check-in round listens to; empty outside it."""
    speaking_id: str
    place: str
    """The reader's own place in the round, in words."""
    passed: bool
    controls: Controls
    leading: Author | None
    missing: Sequence[str]
    farewells: Sequence[Goodbye]
    staff_line: Room | None
    zone: ZoneInfo

    @property
    def live(self) -> bool:
        """Whether the session is live."""
        return self.session.state in Session.LIVE

    @property
    def held_url(self) -> str:
        """Where the desk lists what is held for those who lead; empty for everybody else."""
        return f"/desk/held/{self.session.pk}/" if self.leads and self.live else ""


def console(access: SessionAccess, reader: User) -> Console:
    """Everything a session's page shows this reader, now."""
    session, at, zone = access.session, now(), zone_of(reader, access.cohort)
    leads = access.may(Permission.SESSION_LEAD)
    seen = presence.seen(session.pk) if session.state != State.SCHEDULED else []
    places = turns.places(session.pk)
    order = read(places)
    in_round = session.state == State.CHECK_IN
    states = {place.person: place.state for place in places}
    known = authors_in(
        (access.room.pk, person) for person in {*states, *(one.person for one in seen), phases.leader(session)}
    )
    authors = {person: author for (_, person), author in known.items()}
    members = members_then(session)
    goodbyes = farewells.of(session) if leads and session.state in Session.LIVE else []
    lines = _lines(access, reader, leads, seen, authors, members, goodbyes, at, zone)
    return Console(
        session=session,
        room=access.room,
        leads=leads,
        headline=headline(
            session, access.cohort, leads, zone, authors.get(phases.leader(session)), lines, _meets_next(session)
        ),
        phase=session.get_state_display(),
        until=plan.until(session),
        until_words=_until(session, zone),
        overtime=_overtime(session, leads, at, zone),
        parts=plan.parts(session, at),
        people=lines,
        speaking=authors[order.speaking].name if in_round and order.speaking in authors else "",
        speaking_id=str(order.speaking) if in_round and order.speaking else "",
        place=told(ahead(order, reader.pk)) if in_round else "",
        passed=in_round and states.get(reader.pk) == Turn.State.PASSED,
        controls=controls(
            session,
            leads=leads,
            member=Role.PARTICIPANT in access.roles,
            reader=reader.pk,
            turn=states.get(reader.pk, ""),
            hand_up=any(line.hand for line in lines if line.mine),
            seen_off=Farewell.objects.filter(session=session, person=reader.pk).exists(),
        ),
        leading=authors.get(phases.leader(session)) if _is_led(session) else None,
        missing=_missing(members - {one.person for one in seen}) if leads and session.state in Session.LIVE else [],
        farewells=goodbyes,
        staff_line=Room.objects.filter(cohort=access.cohort, kind=Room.Kind.STAFF).first() if leads else None,
        zone=zone,
    )


def _lines(
    access: SessionAccess,
    reader: User,
    leads: bool,
    seen: Sequence[Seen],
    authors: dict[UUID, Author],
    members: set[UUID],
    goodbyes: Sequence[Goodbye],
    at: datetime,
    zone: ZoneInfo,
) -> list[Line]:
    session = access.session
    rows = {turn.person_id: turn for turn in Turn.objects.filter(session=session)}
    in_round = State.CHECK_IN in (session.state, session.paused_from)
    order = _order(rows) if in_round else {}
    hands = set(turns.hands(session.pk))
    seen_off = {goodbye.person: goodbye.label for goodbye in goodbyes}
    before = attended_before(session) if leads else {}
    lines = []
    for one in seen:
        author = authors.get(one.person)
        if author is None or not (leads or one.here(at)):
            continue
        turn, staff = rows.get(one.person), one.person not in members
        lines.append(
            Line(
                id=one.person,
                name=author.name,
                role=author.role,
                staff=staff,
                leads=one.person == phases.leader(session),
                here=one.here(at),
                mine=one.person == reader.pk,
                speaking=in_round and turn is not None and turn.state == Turn.State.SPEAKING,
                waits=in_round and turn is not None and turn.state in (Turn.State.WAITING, Turn.State.LATER),
                hand=one.person in hands,
                number=order.get(one.person),
                away=away(one.away_minutes(at)) if leads else "",
                new=new(before.get(one.person, 0)) if leads and not staff else "",
                turn=spoken(turn, at, zone) if leads and turn and in_round else "",
                farewell=seen_off.get(one.person, ""),
            )
        )
    return sorted(lines, key=lambda line: (line.staff, line.number or len(lines) + 1))


def _order(rows: dict[UUID, Turn]) -> dict[UUID, int]:
    """A number for everybody in the round, by position: the order stays put while turns go round."""
    ordered = sorted(rows.values(), key=lambda row: row.position)
    return {row.person_id: number for number, row in enumerate(ordered, 1)}


def attended_before(session: Session) -> dict[UUID, int]:
    """In how many earlier sessions of the cohort each person was."""
    spans = PresenceSpan.objects.filter(session__cohort=session.cohort_id, session__starts_at__lt=session.starts_at)
    counted = spans.values("person").annotate(sessions=Count("session", distinct=True))
    return {row["person"]: row["sessions"] for row in counted}


def _is_led(session: Session) -> bool:
    return session.state in Session.LIVE and session.paused_reason != "unstaffed"


def _meets_next(session: Session) -> datetime | None:
    if session.state != State.ENDED:
        return None
    ahead = Session.objects.filter(cohort=session.cohort_id, state=State.SCHEDULED, starts_at__gt=now())
    return ahead.order_by("starts_at").values_list("starts_at", flat=True).first()


def _missing(people: set[UUID]) -> list[str]:
    return sorted(User.objects.filter(pk__in=people).values_list("display_name", flat=True))


def _until(session: Session, zone: ZoneInfo) -> str:
    if session.state == State.PAUSED and session.state_since is not None:
        return f"since {clock(session.state_since, zone)}"
    until = plan.until(session)
    return f"until {clock(until, zone)}" if until and session.state in phases.PHASES else ""


def _overtime(session: Session, leads: bool, at: datetime, zone: ZoneInfo) -> str:
    if not leads or session.state not in Session.LIVE or at < session.ends_at:
        return ""
    return f"The planned time was over at {clock(session.ends_at, zone)}. Close when it is right; nothing is cut off."
