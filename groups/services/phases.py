"""The session's states: the graph, and the only functions that move a session along it.

Every state that is not an end has an owner who can get it out: whoever leads, the clock (the worker's sweeps), or the
office that keeps the schedule. `paused` leads back only to where it was paused from, or to the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from groups import plan, session_words
from groups.errors import Refused
from groups.events import HomeChanged, SessionChanged
from groups.happenings import SessionMoved
from groups.models import Membership, Session
from groups.services import farewells, presence, turns
from groups.services.duty import leads_of, require_lead
from groups.services.hold import Held, Told, hold
from live.events import plain
from records import audit, domain
from records.clock import now

State = Session.State


class Mover(StrEnum):
    """Who may take a session along an edge."""

    LEAD = "lead"
    CLOCK = "clock"
    OFFICE = "office"


_LEAD = frozenset({Mover.LEAD})
_CLOCK = frozenset({Mover.CLOCK})
_OFFICE = frozenset({Mover.OFFICE})
_ANY = _LEAD | _CLOCK

GRAPH: dict[State, dict[State, frozenset[Mover]]] = {
    State.SCHEDULED: {State.LOBBY: _ANY, State.ENDED: _CLOCK, State.CANCELLED: _OFFICE},
    State.LOBBY: {State.OPENING: _LEAD, State.PAUSED: _LEAD, State.ENDED: _ANY, State.CANCELLED: _OFFICE},
    State.OPENING: {State.CHECK_IN: _LEAD, State.WORK: _LEAD, State.PAUSED: _ANY, State.ENDED: _ANY},
    State.CHECK_IN: {State.WORK: _LEAD, State.PAUSED: _ANY, State.ENDED: _ANY},
    State.WORK: {State.CLOSING_ROUND: _LEAD, State.PAUSED: _ANY, State.ENDED: _ANY},
    State.CLOSING_ROUND: {State.PAUSED: _ANY, State.ENDED: _ANY},
    State.PAUSED: {
        State.LOBBY: _LEAD,
        State.OPENING: _LEAD,
        State.CHECK_IN: _LEAD,
        State.WORK: _LEAD,
        State.CLOSING_ROUND: _LEAD,
        State.ENDED: _ANY,
    },
    State.ENDED: {},
    State.CANCELLED: {},
}
"""From each state to each that may follow it, and who may take it there."""

ENDS = frozenset({State.ENDED, State.CANCELLED})
PHASES = (State.OPENING, State.CHECK_IN, State.WORK, State.CLOSING_ROUND)
"""The phases somebody has to lead. In the lobby only staff can write, so the lobby can wait for them."""
EARLIEST = timedelta(hours=12)
"""How long before its time a lead may open a session's lobby."""
ABSENT_AFTER = timedelta(seconds=30)
"""How long the one leading may be without a connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What came of ending a session: it ended, or it waits for these people to be seen off."""

    session: Session
    still_open: tuple[farewells.Goodbye, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether the session is over."""
        return self.session.state == State.ENDED


def legal(state: str, paused_from: str = "", mover: Mover = Mover.LEAD) -> frozenset[State]:
    """Where `mover` may take a session that is in `state`. Pure."""
    onward = {to for to, movers in GRAPH[State(state)].items() if mover in movers}
    if state == State.PAUSED:
        onward &= {State.ENDED, State(paused_from)}
    return frozenset(onward)


def live_session(cohort_id: UUID) -> Session | None:
    """The cohort's live session (lobby to closing round, or paused); there is at most one."""
    return Session.objects.filter(cohort=cohort_id, state__in=Session.LIVE).first()


def move(*, session_id: UUID, by: UUID, to: str) -> Session:
    """The lead takes the session to another state; said twice, it moves once.

    Raises `Refused`: `not_allowed`, `not_now` with what stands in the way, or the names still open when ending.
    """
    if to == State.ENDED:
        ending = end(session_id=session_id, by=by)
        if not ending.ended:
            raise Refused("farewells_open", waits_for(ending.still_open))
        return ending.session
    if to == State.PAUSED:
        return pause(session_id=session_id, by=by)
    with transaction.atomic():
        held = hold(session_id, topics=home_topics(session_id) if to == State.LOBBY else ())
        require_lead(held, by)
        if held.session.state == to:
            return held.session
        if held.session.state == State.PAUSED:
            return _resume(held, by, to)
        require_legal(held.session, to, Mover.LEAD)
        if to == State.LOBBY:
            _require_free(held.session)
        if to == State.OPENING:
            _lead_if_nobody_does(held.session, by)
        go(held, State(to), by=by, reason="started" if to == State.OPENING else "")
        return held.session


def pause(*, session_id: UUID, by: UUID) -> Session:
    """The lead pauses the room: nobody posts until it is resumed."""
    with transaction.atomic():
        held = hold(session_id)
        require_lead(held, by)
        if held.session.state != State.PAUSED:
            require_legal(held.session, State.PAUSED, Mover.LEAD)
            go(held, State.PAUSED, by=by, reason="lead")
        return held.session


def resume(*, session_id: UUID, by: UUID) -> Session:
    """The room opens again where it was paused. Who resumes a room nobody was leading leads it from now on."""
    with transaction.atomic():
        held = hold(session_id)
        require_lead(held, by)
        if held.session.state != State.PAUSED:
            return held.session
        return _resume(held, by, held.session.paused_from)


def take_lead(*, session_id: UUID, by: UUID) -> Session:
    """Somebody who may lead takes the lead, or takes it back."""
    with transaction.atomic():
        held = hold(session_id)
        require_lead(held, by)
        if held.session.state not in Session.LIVE:
            raise Refused("closed", "The session isn't on now.")
        if held.session.leading_id != by:
            hand_to(held, by, actor=by)
        return held.session


def end(*, session_id: UUID, by: UUID, seen_off: Mapping[UUID, str] | None = None) -> Ending:
    """The lead ends the session, noting how people were seen off; it waits while anybody present was not."""
    with transaction.atomic():
        held = hold(session_id, topics=home_topics(session_id))
        require_lead(held, by)
        if held.session.state == State.ENDED:
            return Ending(session=held.session)
        require_legal(held.session, State.ENDED, Mover.LEAD)
        farewells.note(held, by, seen_off or {})
        waiting = tuple(farewells.still_open(held.session))
        if not waiting:
            go(held, State.ENDED, by=by, reason="ended")
        return Ending(session=held.session, still_open=waiting)


def waits_for(still_open: tuple[farewells.Goodbye, ...]) -> str:
    """For the lead: whom the end waits for."""
    listed = session_words.listed([goodbye.name for goodbye in still_open])
    return f"The session waits for {listed}: say how each was seen off, then end it."


def require_legal(session: Session, to: str, mover: Mover) -> None:
    """Raises `Refused` when `mover` may not take the session to `to` from where it is."""
    if to in legal(session.state, session.paused_from, mover):
        return
    if session.state in ENDS:
        raise Refused("closed", "This session is over.")
    raise Refused("not_now", f"That isn't the next step: the session is in {session.get_state_display().lower()}.")


def go(held: Held, to: State, *, by: UUID | None, reason: str = "", ended_at: datetime | None = None) -> None:
    """Take a held session along an edge the caller found legal: its row, its round, its people, and everybody told.

    `ended_at` is when it was really over, if that was earlier than now.
    """
    session, before, moment = held.session, held.session.state, now()
    told: list[Told] = []
    if before == State.CHECK_IN and to != State.PAUSED:
        told += turns.wind_up(held)
    if before == State.PAUSED and session.phase_since is not None and session.state_since is not None:
        session.phase_since += moment - session.state_since
    elif to != State.PAUSED:
        session.phase_since = moment
    session.paused_from, session.paused_reason = (before, reason) if to == State.PAUSED else ("", "")
    session.state, session.state_since = to, moment
    if to == State.LOBBY and session.leading_id is None:
        session.leading_id = session.lead_id
    if to in PHASES and session.began_at is None:
        session.began_at = moment
    if to in ENDS:
        session.ended_at, session.staff_due_at = ended_at or moment, None
        told += turns.lower_hands(held, turns.hands(session.pk))
        presence.close_all(session, moment)
    else:
        watch(session)
    session.save()
    if to == State.CHECK_IN and before != State.PAUSED:
        told += turns.line_up(held)
    audit.record("session.move", "session", session.pk, actor=by, before=before, after=to.value, reason=reason)
    domain.publish(SessionMoved(session=session, before=before, after=to.value))
    home = home_topics(session.pk) if to in (State.LOBBY, *ENDS) else []
    held.tell([changed(held, reason), *told], also=[(topic, (HomeChanged, {"what": "session"})) for topic in home])


def hand_to(held: Held, person_id: UUID, *, actor: UUID | None) -> None:
    """Another person leads from now on; everybody is told."""
    before, held.session.leading_id = leader(held.session), person_id
    watch(held.session)
    held.session.save()
    audit.record("session.lead", "session", held.session.pk, actor=actor, before=str(before), after=str(person_id))
    held.tell([changed(held, "handed_over")])


def watch(session: Session) -> None:
    """Have the absent-lead rule look at a session, from the first socket on of the person leading it (not saved)."""
    moment, who = now(), leader(session)
    session.staff_due_at = None
    if not has_to_be_led(session):
        return
    if session.lead_seen_at is None and presence.connected(session.pk, [who], moment - ABSENT_AFTER):
        session.lead_seen_at = moment
    if session.lead_seen_at is not None and presence.had_socket(session.pk, who):
        session.staff_due_at = moment + ABSENT_AFTER


def has_to_be_led(session: Session) -> bool:
    """Whether the absent-lead rule applies: in a led phase, or paused from one by somebody who is to come back."""
    return session.state in PHASES or (session.paused_from in PHASES and session.paused_reason != "unstaffed")


def leader(session: Session) -> UUID:
    """Who leads now; before anybody took the lead, whom the schedule names."""
    return session.leading_id or session.lead_id


def changed(held: Held, reason: str = "") -> Told:
    """What is told of a session's state: ids and moments; the name of who leads is looked up when it is read."""
    session = held.session
    led = session.leading_id is not None and session.paused_reason != "unstaffed"
    return SessionChanged, {
        "session": str(session.pk),
        "room": str(held.room.pk),
        "state": str(session.state),
        "since": plain(session.state_since or now()),
        "until": plain(plan.until(session)),
        "leading": str(session.leading_id) if led else None,
        "reason": reason,
    }


def home_topics(session_id: UUID) -> list[str]:
    """The own topics of everybody whose home shows this session: its cohort's members and those who lead it."""
    session = Session.objects.select_related("cohort").get(pk=session_id)
    members = Membership.objects.filter(cohort=session.cohort_id, ended_at=None).values_list("person", flat=True)
    return [f"person:{person}" for person in sorted({*members, *leads_of(session.cohort)})]


def _resume(held: Held, by: UUID, to: str) -> Session:
    require_legal(held.session, to, Mover.LEAD)
    _lead_if_nobody_does(held.session, by)
    go(held, State(to), by=by)
    return held.session


def _lead_if_nobody_does(session: Session, by: UUID) -> None:
    alive = presence.connected(session.pk, [leader(session)], now() - ABSENT_AFTER)
    if session.leading_id is None or by == session.lead_id or not alive:
        session.leading_id = by


def _require_free(session: Session) -> None:
    if session.starts_at - now() > EARLIEST:
        raise Refused("not_now", "This session is on another day. You can open it within 12 hours of its time.")
    if (other := live_session(session.cohort_id)) is not None and other.pk != session.pk:
        raise Refused("not_now", f"{other.title} is still on. End it first, then start this one.")
