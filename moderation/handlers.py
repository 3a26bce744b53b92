"""What happens in the rooms and concerns safety: heard in the transaction that makes it true."""

from groups.gate import Action, Finding, Verdict
from groups.happenings import MessageMarked, MessageTakenBack, PostRefused, SessionMoved, SessionUnstaffed
from groups.models import Cohort, Message, Room, Session
from groups.services import phases
from groups.services.marking import mark
from moderation.escalation.trigger import escalate, session_over, staffed_again
from moderation.models import Case, Escalation, Evidence, Flag, Lane, Severity
from moderation.reasons import SCREEN_DOWN
from moderation.services.flags import flag, note_entry, tell
from moderation.targets import NAMES
from peers.models import User
from records import domain
from records.clock import now


def register() -> None:
    """Subscribe. Called once from `apps.ready()`."""
    domain.subscribe(MessageMarked, screened)
    domain.subscribe(PostRefused, refused)
    domain.subscribe(MessageTakenBack, taken_back)
    domain.subscribe(SessionUnstaffed, unstaffed)
    domain.subscribe(SessionMoved, moved)


def screened(event: MessageMarked) -> None:
    """Whatever the screen marked becomes a flag, one for each lane; so does a screen that was down."""
    message, verdict = event.message, event.verdict
    for lane, severity, findings in lanes_of(verdict):
        flag(
            source=Flag.Source.SCREEN,
            lane=lane,
            reason=SCREEN_DOWN if verdict.screen_down else "screen",
            severity=severity,
            subject_kind=Case.Subject.MESSAGE,
            subject_id=message.pk,
            cohort=message.room.cohort,
            room=message.room,
            message=message,
            person=message.author,
            findings=findings,
            page=pages(verdict, lane),
        )
    mark(message, verdict)


def refused(event: PostRefused) -> None:
    """Refused words that alert reach a person all the same; a retry with the same client id flags once."""
    person = User.objects.get(pk=event.author_id)
    for lane, severity, findings in lanes_of(event.verdict):
        flag(
            source=Flag.Source.SCREEN,
            lane=lane,
            reason=SCREEN_DOWN if event.verdict.screen_down else "refused",
            severity=severity,
            subject_kind=Case.Subject.PERSON,
            subject_id=person.pk,
            cohort=Cohort.objects.get(pk=event.cohort_id),
            room=Room.objects.get(pk=event.room_id),
            person=person,
            findings=findings,
            text=event.text,
            cid=event.cid,
            page=pages(event.verdict, lane),
        )


def taken_back(event: MessageTakenBack) -> None:
    """A withdrawn message keeps its case, and more urgently so: half of the time that was left remains."""
    message: Message = event.message
    for case in Case.objects.select_for_update().filter(message=message, state=Case.State.OPEN):
        left = max(case.due_at - now(), case.due_at - case.due_at)
        case.due_at = now() + left / 2
        case.save(update_fields=["due_at"])
        Evidence.objects.filter(case=case, message_id=message.pk).update(withdrawn_at=message.withdrawn_at)
        note_entry(case, "withdrawn", None)
        tell(case)


def unstaffed(event: SessionUnstaffed) -> None:
    """A live room without anybody who could lead it: the supervisor is paged."""
    session = event.session
    escalate(kind=Escalation.Kind.UNSTAFFED, severity=Severity.RED, cohort=session.cohort, session=session)


def moved(event: SessionMoved) -> None:
    """A session that is over leaves nothing with its leads alone; one that goes on again has staff again."""
    if event.after in phases.ENDS:
        session_over(event.session)
    elif event.before == Session.State.PAUSED:
        staffed_again(event.session)


def pages(verdict: Verdict, lane: Lane) -> bool:
    """Whether the policy pages a clinician at once for this; conduct pages nobody."""
    return verdict.action == Action.PAGE and lane == Lane.CARE


def lanes_of(verdict: Verdict) -> list[tuple[Lane, Severity, list[Finding]]]:
    """Each lane with something that alerts, how grave it is there, and everything that was found.

    What did not alert by itself (about the past, about somebody else) is kept too, so that whoever decides sees it.
    """
    everything = list(verdict.findings)
    if verdict.screen_down:
        return [(Lane.CARE, NAMES[verdict.severity], everything)]
    found = []
    for lane in Lane:
        alerting = [finding for finding in everything if finding.alerts and finding.lane == lane]
        if alerting:
            found.append((lane, max(NAMES[finding.severity] for finding in alerting), everything))
    if not found and verdict.action != "publish":
        found.append((Lane(verdict.lane or Lane.CARE), NAMES[verdict.severity], everything))
    return found
