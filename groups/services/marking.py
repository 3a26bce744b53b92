"""What the screen said of a message, kept for the room: its staff see where, its author hears why it is not shown."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max, OuterRef, Q, Subquery

from groups.authors import authors_in
from groups.events import MessageFindings, MessageHeld
from groups.gate import CONTACT, Action, Finding, HeldFor, Verdict
from groups.models import Mark, Message, Room
from live import log
from records.clock import now

State = Message.State


def mark(message: Message, verdict: Verdict) -> None:
    """Keep why a flagged or held message is, and tell the room's staff; in the transaction that keeps the message.

    Call it after the flags: they lock the desk, and the staff's topic comes after it.
    """
    if verdict.action == Action.PUBLISH and not any(one.alerts for one in verdict.findings):
        return
    findings = _for_staff(message, verdict)
    Mark.objects.create(
        message=message,
        room=message.room,
        findings=findings,
        contact_only=_contact_only(verdict),
        screen_down=verdict.screen_down,
        at=now(),
    )
    if findings:
        log.tell_all([told_of(message)])


def told_of(message: Message) -> log.Told:
    """What the room's staff are told of a message that has findings."""
    return message.room.staff_topic, MessageFindings, {"id": str(message.pk), "room": str(message.room_id)}


def marks_of(messages: Iterable[UUID]) -> dict[UUID, Mark]:
    """The marks of those messages that have one."""
    return Mark.objects.in_bulk(list(messages))


def held_for(mark: Mark | None) -> HeldFor:
    """Why a held message is; one without a mark waits to be read."""
    return mark.held_for if mark is not None else "waiting"


def has_findings(message: Message) -> bool:
    """Whether the room's staff were told of something in it."""
    return Mark.objects.filter(message=message).exclude(findings=[]).exists()


def keep_back(message: Message) -> None:
    """Somebody has read a held message and it stays so: its author does not wait any more. Inside a transaction."""
    if message.state == State.HELD:
        fresh = {"room_id": message.room_id, "kept_back_at": now(), "at": now()}
        Mark.objects.update_or_create(message=message, defaults={"kept_back_at": now()}, create_defaults=fresh)
        _tell_author(message)


def checked(message: Message, verdict: Verdict) -> None:
    """What nobody could check when it was written has been read since. Inside a transaction, after the flags.

    What peers are not to read is veiled before anybody releases it; author and staff are told what it waits for now.
    """
    findings = _for_staff(message, verdict)
    unchecked = Mark.objects.filter(message=message, screen_down=True)
    if not unchecked.update(screen_down=False, findings=findings, contact_only=_contact_only(verdict)):
        return
    if message.state != State.HELD:
        return
    message.veils = [list(span) for span in verdict.veils]
    message.save(update_fields=["veils"])
    kept = {"id": str(message.pk), "severity": verdict.severity, "spans": []}
    log.tell_all([(message.room.staff_topic, MessageHeld, kept), *([told_of(message)] if findings else [])])
    _tell_author(message)


def wait_again(message: Message) -> None:
    """That was taken back: a held message waits for somebody again. Inside a transaction."""
    changed = Mark.objects.filter(message=message).exclude(kept_back_at=None).update(kept_back_at=None)
    if changed and message.state == State.HELD:
        _tell_author(message)


def screen_down(rooms: Collection[Room]) -> datetime | None:
    """When the last that was written in these rooms came, if it could not be checked; None while the screen works.

    That a person released something says nothing of the screen, so what could not be checked is left out.
    """
    here = Mark.objects.filter(room__in=rooms)
    since = here.filter(screen_down=True).aggregate(last=Max("at"))["last"]
    if since is None or here.filter(screen_down=False, at__gt=since).exists():
        return None
    placed = Message.objects.filter(room=OuterRef("pk")).exclude(seq=None)
    checked = placed.filter(Q(mark=None) | Q(mark__screen_down=False)).order_by("-seq").values("written_at")[:1]
    again = Room.objects.filter(pk__in=[room.pk for room in rooms]).alias(checked=Subquery(checked))
    return None if again.filter(checked__gt=since).exists() else since


def _contact_only(verdict: Verdict) -> bool:
    """Whether all that alerts is a way to reach somebody outside."""
    alerting = [one for one in verdict.findings if one.alerts]
    return bool(alerting) and all(one.category == CONTACT for one in alerting)


def _for_staff(message: Message, verdict: Verdict) -> list[dict[str, str | int]]:
    """What is marked in the room: of a participant's words, what alerts. Nobody reads there what the screen made of
    their own, and staff would: what a colleague makes of theirs is between the two, on the desk."""
    if message.room.kind != Room.Kind.GROUP:
        return []
    author = authors_in([(message.room_id, message.author_id)])[message.room_id, message.author_id]
    if author.role != "participant":
        return []
    alerting = [one for one in verdict.findings if one.alerts]
    return [_plain(one) for one in alerting or verdict.findings]


def _plain(one: Finding) -> dict[str, str | int]:
    return {"rule": one.rule, "lane": one.lane, "severity": one.severity, "start": one.start, "end": one.end}


def _tell_author(message: Message) -> None:
    log.tell(f"person:{message.author_id}", MessageHeld, {"id": str(message.pk), "severity": None, "spans": []})
