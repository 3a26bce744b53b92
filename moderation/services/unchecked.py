"""What was held while the screen was down, read as soon as it works again: it may turn out graver, never milder.

A goodbye written while nothing could be checked would else wait like any word of that hour. Nothing is released by
this; whoever decides sees what the screen sees, and a clinician is called for what calls one.
"""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from groups.authors import authors_in
from groups.gate import Draft, Verdict
from groups.models import Message
from groups.services import marking
from groups.services.screening import screen
from live import log
from moderation.handlers import lanes_of, pages
from moderation.models import Case, Evidence, Flag, Lane
from moderation.reasons import SCREEN_DOWN
from moderation.services.flags import NUMBERS, flag, live_session, read_since
from records import sealing

AT_ONCE = 20
"""Cases read in one turn of the worker."""


def read_again(at: datetime) -> int:
    """Read what waits unchecked, in no order, so that what cannot be read never keeps others waiting; how many were."""
    waiting = Flag.objects.filter(reason=SCREEN_DOWN, case__state=Case.State.OPEN).order_by("?")
    done = 0
    for one in waiting.select_related("case__cohort", "case__room", "case__person", "case__message__room")[:AT_ONCE]:
        evidence = _evidence(one)
        if evidence is None:
            continue
        try:
            draft = _draft(one.case, evidence)
        except sealing.CannotOpen:
            continue  # its words are gone: its case says so to whoever opens it
        verdict = screen(draft)
        if verdict.screen_down:
            break  # most likely still down: the rest is opened when it works
        _told(one, evidence, verdict)
        done += 1
    return done


def _evidence(one: Flag) -> Evidence | None:
    """The words it speaks of: the message's, or of refused ones those kept right after it."""
    kept = Evidence.objects.filter(case=one.case)
    if one.case.message_id is not None:
        return kept.filter(message_id=one.case.message_id).first()
    return kept.filter(message_id=None, taken_at__gte=one.at).order_by("taken_at").first()


def _draft(case: Case, evidence: Evidence) -> Draft:
    assert case.room is not None
    author = authors_in([(case.room.pk, evidence.author_id)])[case.room.pk, evidence.author_id]
    return Draft(
        message_id=evidence.message_id or uuid4(),
        room_id=case.room.pk,
        room_kind=case.room.kind,
        cohort_id=case.cohort_id,
        programme_id=case.cohort.programme_id,
        author_id=evidence.author_id,
        text=sealing.unseal(sealing.case(case.pk), f"evidence:{evidence.pk}", bytes(evidence.sealed)),
        live=live_session(case.cohort) is not None,
        author_is_staff=author.role != "participant",
    )


def _told(one: Flag, evidence: Evidence, verdict: Verdict) -> None:
    case = one.case
    with transaction.atomic():
        log.lock([f"desk:{case.cohort_id}", NUMBERS])
        if not Flag.objects.filter(pk=one.pk, reason=SCREEN_DOWN, case__state=Case.State.OPEN).exists():
            return  # another worker was quicker, or somebody has decided
        Evidence.objects.filter(pk=evidence.pk).update(veils=[list(span) for span in verdict.veils])
        said = {lane: severity for lane, severity, _ in lanes_of(verdict)}
        reason = "refused" if case.message_id is None else "screen"
        care = pages(verdict, Lane.CARE)
        read_since(one, said.get(Lane.CARE, one.severity), verdict.findings, reason=reason, page=care)
        if Lane.CONDUCT in said:
            flag(
                source=Flag.Source.SCREEN,
                lane=Lane.CONDUCT,
                reason=reason,
                severity=said[Lane.CONDUCT],
                subject_kind=case.subject_kind,
                subject_id=case.subject_id,
                cohort=case.cohort,
                room=case.room,
                message=case.message,
                person=case.person,
                findings=verdict.findings,
            )
        if case.message_id is not None:
            marking.checked(Message.objects.select_related("room").get(pk=case.message_id), verdict)
