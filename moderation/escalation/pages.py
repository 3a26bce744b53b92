"""Paging: the due rows of open escalations, one step at a time, again and again until a human answers.

A step is claimed by a conditional update on what was read (id, step, time), and its pages, the next step's time and
what is told are one transaction: two workers never page twice for one step, and a killed worker leaves either the whole
step or none. The policy (which rungs, which clocks) is kept as it stood when the escalation fired; who stands on a rung
is read again for every round, so that a night's second round reaches the people of the night.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from live import log as topics
from moderation.escalation.ladder import Ladder, can_open, ladder
from moderation.escalation.telling import note_entry, tell
from moderation.events import Paged
from moderation.models import Escalation, Page, Severity
from records import audit
from records.clock import now

RETRY, RETRY_AT_MOST = timedelta(seconds=15), timedelta(minutes=2)
"""How long a row that could not be paged waits: twice as long each time, never longer than this."""
logger = logging.getLogger("holdfast.pager")


def page_step(escalation: Escalation) -> None:
    """Page the rung whose step it is and set the time of the next. Inside a transaction that holds the row."""
    at = now()
    rung = _next_rung(escalation, at)
    number = step_number(escalation)
    for person in rung:
        page(escalation, person, at)
    if rung:
        note_entry(escalation, "paged", None, step=number, loop=_round(escalation), people=len(rung))
        audit.record("escalation.page", "escalation", escalation.pk, actor=None, step=number, people=len(rung))
        escalation.step += 1
    else:
        note_entry(escalation, "nobody", None)
        logger.error("escalation %s: there is no clinician and no supervisor to page", escalation.pk)
    escalation.next_page_at = at + timedelta(seconds=int(escalation.policy["page_after"]))
    escalation.page_failures = 0
    escalation.save(update_fields=["step", "next_page_at", "page_failures", "policy"])


def page(escalation: Escalation, person: str, at: datetime) -> None:
    """Page one person in the step under way, once. Their mail is due from the moment this is committed."""
    _, made = Page.objects.get_or_create(
        escalation=escalation,
        step=step_number(escalation),
        person_id=UUID(person),
        defaults={"rung": escalation.step, "at": at, "mail_due_at": at},
    )
    if made:
        kept = {
            "escalation": str(escalation.pk),
            "number": escalation.number,
            "severity": Severity(escalation.severity).label,
        }
        topics.tell(f"person:{person}", Paged, kept)


def remind(escalation: Escalation, person: UUID) -> None:
    """Page somebody who has it already, as a step of its own. Inside a transaction that holds the row."""
    page(escalation, str(person), now())
    note_entry(escalation, "paged", None, step=step_number(escalation), loop=_round(escalation), people=1)
    escalation.policy["loop_from"] = step_number(escalation) + 1 - escalation.step
    escalation.save(update_fields=["policy"])


def start_over(escalation: Escalation, rungs: Ladder) -> None:
    """Begin a round with these rungs; what was paged before keeps its numbers (not saved)."""
    escalation.policy |= {"ladder": rungs, "loop_from": step_number(escalation)}
    escalation.step = 0


def step_number(escalation: Escalation) -> int:
    """The number of the next step over all rounds."""
    return int(escalation.policy["loop_from"]) + escalation.step


def upcoming(escalation: Escalation) -> list[str]:
    """Who is paged next if nobody answers; nobody once somebody has."""
    if escalation.state != Escalation.State.TRIGGERED:
        return []
    rungs: Ladder = escalation.policy["ladder"]
    able = can_open(escalation.cohort)
    left = [[person for person in rung if person in able] for rung in rungs[escalation.step :]]
    return next((rung for rung in left if rung), None) or next(iter(_rungs_now(escalation, now())), [])


def page_due(moment: datetime) -> int:
    """Page whatever is due. One that fails is pushed forward before the next, so it cannot stop the others."""
    due = Escalation.objects.filter(state=Escalation.State.TRIGGERED, next_page_at__lte=moment)
    paged = 0
    rows = due.order_by("-severity", "next_page_at").values_list("pk", "step", "next_page_at", "page_failures")
    for identifier, step, due_at, failures in list(rows):
        try:
            paged += _claim_and_page(identifier, step, due_at)
        except Exception as error:  # whatever is wrong with one must not keep the others waiting
            wait = min(RETRY * 2 ** min(failures, 10), RETRY_AT_MOST)
            same = Escalation.objects.filter(pk=identifier, step=step, next_page_at=due_at)
            same.update(next_page_at=moment + wait, page_failures=F("page_failures") + 1)
            logger.error("escalation %s could not be paged (%s)", identifier, type(error).__name__)
    return paged


def _claim_and_page(identifier: UUID, step: int, due_at: datetime | None) -> int:
    with transaction.atomic():
        cohort = Escalation.objects.values_list("cohort", flat=True).get(pk=identifier)
        topics.lock([f"desk:{cohort}"])
        claimed = Escalation.objects.filter(
            pk=identifier, step=step, next_page_at=due_at, state=Escalation.State.TRIGGERED
        ).update(next_page_at=None)
        if not claimed:
            return 0  # another worker got there first, or somebody answered
        escalation = Escalation.objects.select_related("cohort", "session").get(pk=identifier)
        page_step(escalation)
        tell(escalation)
    return 1


def _next_rung(escalation: Escalation, at: datetime) -> list[str]:
    """Those of the next rung with somebody on it; after the last a new round, read anew. Moves `step` there."""
    able = can_open(escalation.cohort)
    rungs: Ladder = escalation.policy["ladder"]
    while escalation.step < len(rungs):
        rung = [person for person in rungs[escalation.step] if person in able]
        if rung:
            return rung
        escalation.step += 1
    start_over(escalation, _rungs_now(escalation, at))
    escalation.policy["loop"] = _round(escalation) + 1
    return next(iter(escalation.policy["ladder"]), [])


def _rungs_now(escalation: Escalation, at: datetime) -> Ladder:
    return ladder(
        escalation.kind,
        escalation.severity,
        escalation.cohort,
        escalation.session,
        at,
        at_once=is_at_once(escalation),
    )


def is_at_once(escalation: Escalation) -> bool:
    """Whether the clinician is paged together with a live room's leads."""
    return bool(escalation.policy.get("at_once"))


def _round(escalation: Escalation) -> int:
    return int(escalation.policy.get("loop", 0))
