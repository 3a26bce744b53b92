"""Deciding a case: one decision, its measures, both undone by a reversal; author and reporters told once."""

from uuid import uuid4

from django.db import transaction

from groups.errors import Refused
from groups.models import Message, Session
from groups.services import visibility
from groups.services.marking import keep_back, wait_again
from live import log
from moderation import policies
from moderation.escalation.answers import acknowledge, may_acknowledge
from moderation.escalation.pages import is_at_once
from moderation.escalation.trigger import escalate, hurry
from moderation.models import Case, Decision, Escalation, Measure, Notice, Severity
from moderation.services.flags import live_session, note_entry, tell
from moderation.services.notices import tell_author, tell_reporters
from peers.models import User
from peers.permissions import Role
from records import audit, sealing
from records.clock import now

Verb, State = Decision.Verb, Message.State
AUTHOR_NOTICE = {
    Verb.HIDE: Notice.Kind.AUTHOR_HIDDEN,
    Verb.RESTORE: Notice.Kind.AUTHOR_RESTORED,
    Verb.RELEASE: Notice.Kind.AUTHOR_RELEASED,
}
ENDS = (Verb.DISMISS, Verb.CLOSE, Verb.HIDE)
"""Decisions after which nothing waits any more; care's red and crisis stay open until a clinician closes them."""


def matter(case: Case) -> policies.Matter:
    """What deciding this case depends on, as of now."""
    return policies.Matter(
        lane=case.lane,
        severity=case.severity,
        open=case.state == Case.State.OPEN,
        message_state=Message.objects.get(pk=case.message_id).state if case.message_id else "",
        live=live_session(case.cohort) is not None and (case.room is None or case.room.kind == "group"),
        escalated=beyond_the_lead(case),
    )


def beyond_the_lead(case: Case) -> bool:
    """Whether an escalation has gone past the room's own lead, or somebody has it."""
    found = Escalation.objects.filter(case=case).exclude(state=Escalation.State.RESOLVED).first()
    if found is None:
        return False
    lead_only = found.session_id is not None and found.step <= 1 and found.severity < Severity.CRISIS
    lead_only = lead_only and not is_at_once(found)
    return not (found.state == Escalation.State.TRIGGERED and lead_only)


def decide(case: Case, *, verb: str, by: User, roles: frozenset[Role], reason: str = "") -> Decision:
    """Take a decision. Raises `Refused` where the policy says no, or where a reason is missing."""
    with transaction.atomic():
        case = _hold(case)
        if why := policies.can(verb, matter(case), roles):
            raise Refused("closed", why)
        if policies.needs_reason(verb) and not reason.strip():
            raise Refused("empty", "Write a reason; one sentence is enough.")
        decision = Decision(id=uuid4(), case=case, verb=verb, by=by, at=now())
        if reason.strip():
            decision.reason_sealed = sealing.seal(sealing.case(case.pk), f"decision:{decision.pk}", reason)
        decision.save()
        _measure(decision, case)
        case.first_acted_at = case.first_acted_at or decision.at
        if verb in ENDS and not policies.can(Verb.CLOSE, matter(case), roles):
            _close(case, by)
        case.save()
        note_entry(case, "decided", by, verb=verb)
        audit.record("case.decide", "case", case.pk, actor=by.pk, person=case.person_id, decision=verb)
        if verb in AUTHOR_NOTICE and case.person_id:
            tell_author(case, decision, AUTHOR_NOTICE[Verb(verb)])
        if case.state == Case.State.CLOSED:
            _no_longer_waits(case, decision)
        if verb == Verb.RELEASE or case.state == Case.State.CLOSED:
            _answered(case, by, roles)
        tell_reporters(case, decision)
        tell(case)
        return decision


def reverse(decision: Decision, *, by: User, roles: frozenset[Role]) -> Decision:
    """Undo a decision's measures and open its case again. Raises `Refused` if it cannot be undone any more."""
    with transaction.atomic():
        case = _hold(decision.case)
        decision = Decision.objects.select_for_update().get(pk=decision.pk)
        if decision.reversed_at is not None:
            raise Refused("closed", "This is undone already.")
        if decision.by_id != by.pk and policies.can(Verb.CLOSE, matter(case), roles):
            raise Refused("closed", "Whoever decided it, or a clinician, takes it back.")
        for measure in decision.measures.filter(reversed_at=None):
            _undo(measure, by)
        decision.reversed_at, decision.reversed_by = now(), by
        decision.save(update_fields=["reversed_at", "reversed_by"])
        if case.state == Case.State.CLOSED and not _other_open(case):
            case.state, case.closed_at, case.closed_by = Case.State.OPEN, None, None
            case.save()
            if case.message_id:
                wait_again(Message.objects.get(pk=case.message_id))
        note_entry(case, "reversed", by, verb=decision.verb)
        audit.record("case.reverse", "case", case.pk, actor=by.pk, person=case.person_id, decision=decision.verb)
        tell(case)
        return decision


def add_note(case: Case, *, by: User, note: str) -> None:
    """A note for the case; the person it is about never sees it. Raises `Refused` when nothing is written."""
    if not note.strip():
        raise Refused("empty", "There is nothing written yet.")
    with transaction.atomic():
        case = _hold(case)
        note_entry(case, "note", by, note)
        audit.record("case.note", "case", case.pk, actor=by.pk, person=case.person_id)
        tell(case)


def _hold(case: Case) -> Case:
    room = case.room
    own = [f"person:{case.person_id}"] if case.person_id else []
    log.lock([*([room.topic, room.staff_topic] if room else []), *own, f"desk:{case.cohort_id}"])
    found = Case.objects.select_for_update(of=("self",)).select_related("cohort__programme", "room", "person")
    return found.get(pk=case.pk)


def _measure(decision: Decision, case: Case) -> None:
    match decision.verb:
        case Verb.RELEASE | Verb.HIDE | Verb.RESTORE:
            assert case.message_id is not None
            before = Message.objects.get(pk=case.message_id).state
            act = {Verb.RELEASE: visibility.release, Verb.HIDE: visibility.hide, Verb.RESTORE: visibility.restore}
            act[Verb(decision.verb)](case.message_id, by=decision.by_id)
            Measure.objects.create(
                decision=decision, kind=decision.verb, target_id=case.message_id, before={"state": before}
            )
        case Verb.ESCALATE:
            session: Session | None = live_session(case.cohort)
            case.severity = max(case.severity, Severity.RED)
            made = hurry(case, decision.by) or escalate(
                kind=Escalation.Kind.CONCERN,
                severity=case.severity,
                cohort=case.cohort,
                person=case.person,
                case=case,
                session=session,
                by=decision.by,
            )
            Measure.objects.create(decision=decision, kind="escalate", target_id=made.pk, before={})
        case Verb.DISMISS | Verb.CLOSE:
            Measure.objects.create(decision=decision, kind="close", target_id=case.pk, before={"state": "open"})


def _answered(case: Case, by: User, roles: frozenset[Role]) -> None:
    """Who releases a message or closes its case has seen it: its escalation is acknowledged by that, not resolved."""
    waiting = Escalation.objects.filter(case=case, state=Escalation.State.TRIGGERED).first()
    if waiting is not None and not may_acknowledge(waiting, by, roles):
        acknowledge(waiting, by=by, roles=roles)


def _no_longer_waits(case: Case, decision: Decision) -> None:
    """A held message whose last case is closed stays held: its author is told, and waits for nobody any more."""
    message = Message.objects.filter(pk=case.message_id, state=State.HELD).first() if case.message_id else None
    if message is None or Case.objects.filter(message=message, state=Case.State.OPEN).exclude(pk=case.pk).exists():
        return
    keep_back(message)
    tell_author(case, decision, Notice.Kind.AUTHOR_KEPT_BACK)


def _undo(measure: Measure, by: User) -> None:
    message = Message.objects.filter(pk=measure.target_id).first()
    if message is not None and measure.kind in (Verb.HIDE, Verb.RELEASE) and message.state == State.PUBLISHED:
        if measure.kind == Verb.RELEASE:
            visibility.hide(message.pk, by=by.pk)
    elif message is not None and measure.kind == Verb.HIDE and message.state == Message.State.HIDDEN:
        visibility.restore(message.pk, by=by.pk)
    elif message is not None and measure.kind == Verb.RESTORE and message.state == Message.State.PUBLISHED:
        visibility.hide(message.pk, by=by.pk)
    elif measure.kind == "escalate":
        raise Refused("closed", "An escalation is not taken back; a clinician resolves it.")
    measure.reversed_at = now()
    measure.save(update_fields=["reversed_at"])


def _close(case: Case, by: User) -> None:
    case.state, case.closed_at, case.closed_by = Case.State.CLOSED, now(), by
    case.claimed_by, case.claimed_until = None, None


def _other_open(case: Case) -> bool:
    same = Case.objects.filter(subject_kind=case.subject_kind, subject_id=case.subject_id, lane=case.lane)
    return same.filter(state=Case.State.OPEN).exists()
