"""The check-in round and raised hands, kept. The order itself is computed in `groups/rounds.py`.

A turn is a row, not a connection: a dropped socket changes nothing, and only the lead, or the person themselves by
passing, moves it on. Peers are told who speaks, who waits and who is done; a pass looks like any other turn.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from groups.errors import Refused
from groups.events import HandChanged, TurnsChanged
from groups.models import Hand, Session, Turn
from groups.rounds import WAITS, Place, Round, next_up, read
from groups.services import presence
from groups.services.attendance import members_then
from groups.services.duty import require_lead, require_participant
from groups.services.hold import Held, Told, hold
from records import audit
from records.clock import now

State = Turn.State


def places(session_id: UUID) -> list[Place]:
    """Everybody's place in the round."""
    rows = Turn.objects.filter(session=session_id).order_by("position", "pk")
    return [Place(*row) for row in rows.values_list("person", "position", "state", "changed_at")]


def round_of(session_id: UUID) -> Round:
    """The round as it stands."""
    return read(places(session_id))


def line_up(held: Held) -> list[Told]:
    """Begin the round: those present, in the order they came; the first has the turn. Call holding the session."""
    members = members_then(held.session)
    for person in presence.here(held.session.pk, now()):
        if person in members:
            _join(held.session, person)
    _call_next(held.session)
    return [_told(held.session)]


def wind_up(held: Held) -> list[Told]:
    """The round is over: whoever spoke is done; who was not reached stays so, for the lead to see."""
    return [_told(held.session)] if _finish_speaking(held.session) else []


def latecomer(*, session_id: UUID, person_id: UUID) -> None:
    """Somebody came, and that is committed: while the round is on, a participant without a place gets the last one.

    Before the round it waits for whoever may be starting it, so that nobody who came meanwhile is left out.
    """
    before_its_end = (Session.State.LOBBY, Session.State.OPENING, Session.State.CHECK_IN)
    open_to = Session.objects.filter(pk=session_id, state__in=before_its_end).exclude(turns__person=person_id)
    if not open_to.exists():
        return
    with transaction.atomic():
        held = hold(session_id)
        if held.session.state == Session.State.CHECK_IN and person_id in members_then(held.session):
            _join(held.session, person_id)
            if _round(held).speaking is None:
                _call_next(held.session)
            held.tell([_told(held.session)])


def go_on(*, session_id: UUID, by: UUID, speaking: UUID | None) -> Round:
    """The lead calls the next. `speaking` is whom the lead saw speaking: pressed twice, it moves on once."""
    with transaction.atomic():
        held = _led_round(session_id, by)
        if _round(held).speaking == speaking:
            _finish_speaking(held.session)
            _call_next(held.session)
            _note(held, by, "turn.next")
        return _round(held)


def give(*, session_id: UUID, by: UUID, person_id: UUID) -> Round:
    """The lead gives the turn to a chosen person; who was speaking is done. Lowers that person's hand."""
    with transaction.atomic():
        held = _led_round(session_id, by)
        _require_place(held, person_id)
        if _round(held).speaking != person_id:
            _finish_speaking(held.session)
            _set(held.session, person_id, State.SPEAKING)
            _note(held, by, "turn.give", person_id, lower_hands(held, [person_id]))
        return _round(held)


def skip(*, session_id: UUID, by: UUID, person_id: UUID) -> Round:
    """The lead goes past a person. To the group it looks like any turn that is done, and they may come back in."""
    return _put(session_id, by, person_id, State.PASSED, "turn.skip")


def come_back_to(*, session_id: UUID, by: UUID, person_id: UUID) -> Round:
    """The lead comes back to a person after those still waiting."""
    return _put(session_id, by, person_id, State.LATER, "turn.later")


def pass_turn(*, session_id: UUID, person_id: UUID) -> Round:
    """A person passes, without a reason. If they had the turn, the next is called."""
    with transaction.atomic():
        held = _own_round(session_id, person_id)
        if Turn.objects.filter(session=session_id, person=person_id, state__in=[*WAITS, State.SPEAKING]).exists():
            spoke = _round(held).speaking == person_id
            _set(held.session, person_id, State.PASSED)
            if spoke:
                _call_next(held.session)
            held.tell([_told(held.session)])
        return _round(held)


def come_in(*, session_id: UUID, person_id: UUID) -> Round:
    """A person who passed, or was gone past, comes back in: last in the order."""
    with transaction.atomic():
        held = _own_round(session_id, person_id)
        if Turn.objects.filter(session=session_id, person=person_id, state=State.PASSED).exists():
            _set(held.session, person_id, State.WAITING, position=_last(held.session) + 1)
            if _round(held).speaking is None:
                _call_next(held.session)
            held.tell([_told(held.session)])
        return _round(held)


def leave(*, cohort_id: UUID, person_id: UUID) -> None:
    """Somebody belongs to the group no more: the round goes on without them, and their hand goes down."""
    live = Session.objects.filter(cohort=cohort_id, state__in=Session.LIVE).first()
    if live is None:
        return
    with transaction.atomic():
        held = hold(live.pk)
        told = lower_hands(held, [person_id])
        placed = Turn.objects.filter(session=live, person=person_id, state__in=[*WAITS, State.SPEAKING]).first()
        if placed is not None:
            _set(live, person_id, State.PASSED)
            if placed.state == State.SPEAKING and held.session.state == Session.State.CHECK_IN:
                _call_next(held.session)
            told.append(_told(held.session))
        held.tell(told)


def raise_hand(*, session_id: UUID, person_id: UUID, up: bool) -> None:
    """A person raises or lowers their own hand. Doing it twice changes nothing."""
    with transaction.atomic():
        held = hold(session_id)
        require_participant(held, person_id)
        if held.session.state not in Session.LIVE:
            raise Refused("closed", "The session isn't on now.")
        if not up:
            held.tell(lower_hands(held, [person_id]))
        elif Hand.objects.get_or_create(
            session=held.session, person_id=person_id, lowered_at=None, defaults={"raised_at": now()}
        )[1]:
            held.tell([_hand(held.session, person_id, up=True)])


def lower_hand(*, session_id: UUID, by: UUID, person_id: UUID) -> None:
    """The lead has seen a hand and lowers it."""
    with transaction.atomic():
        held = hold(session_id)
        require_lead(held, by)
        held.tell(lower_hands(held, [person_id]))


def hands(session_id: UUID) -> list[UUID]:
    """Whose hands are up, longest first."""
    up = Hand.objects.filter(session=session_id, lowered_at=None).order_by("raised_at", "pk")
    return list(up.values_list("person", flat=True))


def lower_hands(held: Held, people: Collection[UUID]) -> list[Told]:
    """Lower these people's hands; returns what is to be told. Call holding the session."""
    up = set(hands(held.session.pk)) & set(people)
    Hand.objects.filter(session=held.session, person__in=up, lowered_at=None).update(lowered_at=now())
    return [_hand(held.session, person, up=False) for person in sorted(up)]


def _led_round(session_id: UUID, by: UUID) -> Held:
    held = hold(session_id)
    require_lead(held, by)
    _require_on(held.session)
    return held


def _own_round(session_id: UUID, person_id: UUID) -> Held:
    held = hold(session_id)
    require_participant(held, person_id)
    _require_on(held.session)
    _join(held.session, person_id)
    return held


def _require_on(session: Session) -> None:
    if session.state == Session.State.PAUSED:
        raise Refused("paused", "The room is paused. The round goes on from here once it opens.")
    if session.state != Session.State.CHECK_IN:
        raise Refused("not_now", "The check-in round isn't on now.")


def _require_place(held: Held, person_id: UUID) -> None:
    if person_id not in members_then(held.session):
        raise Refused("not_found", "This person has no place in the round.")
    _join(held.session, person_id)


def _put(session_id: UUID, by: UUID, person_id: UUID, state: Turn.State, verb: str) -> Round:
    with transaction.atomic():
        held = _led_round(session_id, by)
        _require_place(held, person_id)
        spoke = _round(held).speaking == person_id
        _set(held.session, person_id, state)
        if spoke:
            _call_next(held.session, but=person_id)
        _note(held, by, verb, person_id)
        return _round(held)


def _round(held: Held) -> Round:
    return round_of(held.session.pk)


def _join(session: Session, person: UUID) -> None:
    defaults = {"position": _last(session) + 1, "changed_at": now()}
    Turn.objects.get_or_create(session=session, person_id=person, defaults=defaults)


def _last(session: Session) -> int:
    return Turn.objects.filter(session=session).aggregate(last=Max("position"))["last"] or 0


def _set(session: Session, person: UUID, state: Turn.State, **values: int) -> None:
    Turn.objects.filter(session=session, person=person).update(state=state, changed_at=now(), **values)


def _finish_speaking(session: Session) -> bool:
    speaks = Turn.objects.filter(session=session, state=State.SPEAKING)
    return bool(speaks.update(state=State.DONE, changed_at=now()))


def _call_next(session: Session, but: UUID | None = None) -> None:
    present = [person for person in presence.here(session.pk, now()) if person != but]
    called = next_up(places(session.pk), present)
    if called is not None:
        _set(session, called, State.SPEAKING)


def _note(held: Held, by: UUID, verb: str, person: UUID | None = None, also: Collection[Told] = ()) -> None:
    audit.record(verb, "session", held.session.pk, actor=by, person=person)
    held.tell([_told(held.session), *also])


def _told(session: Session) -> Told:
    turns = round_of(session.pk)
    speaking = str(turns.speaking) if turns.speaking else None
    waiting, done = [str(person) for person in turns.waiting], [str(person) for person in turns.done]
    return TurnsChanged, {"session": str(session.pk), "speaking": speaking, "waiting": waiting, "done": done}


def _hand(session: Session, person: UUID, *, up: bool) -> Told:
    return HandChanged, {"session": str(session.pk), "person": str(person), "up": up}
