"""What a policy would have done with what this programme has decided lately: numbers, and never a word of it.

The kept words of closed cases are opened in memory, read again with today's rules and judged twice, by the policy that
holds and by the one somebody is trying. Opening them is in the audit, once with the count, before any is opened.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from groups.gate import Action
from groups.models import Message, Programme
from moderation.models import Case, Decision, Escalation, Evidence, ScreenPolicy
from moderation.screening.engine import read
from moderation.screening.policy import RANK
from moderation.screening.verdict import judge
from moderation.services.policy_in_force import own_numbers
from moderation.services.screen_policies import Tables
from peers.models import Grant
from records import audit, sealing
from records.clock import now

LOOK_BACK = timedelta(days=90)
AT_MOST = 200
"""Decided cases of each kind of room that are read again, the newest first."""
Verb = Decision.Verb


class Fell(StrEnum):
    """How what was decided about a message fell, gravest last."""

    DISMISSED = "dismissed"
    RELEASED = "released"
    ACTED_ON = "acted on"


@dataclass(frozen=True, slots=True)
class Tried:
    """One message under both policies, and what people made of it."""

    case: Case
    holds: Action
    tried: Action
    fell: Fell


@dataclass(slots=True)
class Tally:
    """How many, and how what was decided about them fell."""

    count: int = 0
    fell: Counter[Fell] = field(default_factory=Counter)

    def add(self, fell: Fell) -> None:
        """One more."""
        self.count += 1
        self.fell[fell] += 1


@dataclass(slots=True)
class Move:
    """Messages that would fare differently."""

    before: Action
    after: Action
    tally: Tally = field(default_factory=Tally)
    cases: list[Case] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """One kind of room: every action under the policy that holds and the tried one, and what would change."""

    kind: ScreenPolicy.RoomKind
    looked_at: int
    unreadable: int
    rows: Sequence[tuple[Action, Tally, Tally]]
    moves: Sequence[Move]


def preview(*, programme: Programme, holds: Tables, tried: Tables, by: UUID) -> list[Preview]:
    """Try a policy on the decided messages of the last 90 days, at most 200 for each kind of room."""
    decided = {kind: _decided(programme, kind) for kind in tried}
    evidence = _evidence([case for cases in decided.values() for case in cases.values()])
    if evidence:
        audit.record(
            "evidence.read", "programme", programme.pk, actor=by, messages=len(evidence), purpose="screen.preview"
        )
    own = own_numbers(programme.pk)
    return [_preview(kind, cases, evidence, own, holds, tried) for kind, cases in decided.items()]


def _preview(
    kind: ScreenPolicy.RoomKind,
    cases: Mapping[UUID, Case],
    evidence: Mapping[UUID, Evidence],
    own: frozenset[str],
    holds: Tables,
    tried: Tables,
) -> Preview:
    fell, staff = _fell(cases.values()), _by_staff(cases)
    rows = {action: (Tally(), Tally()) for action in Action}
    moves: dict[tuple[Action, Action], Move] = {}
    unreadable = 0
    for message, case in cases.items():
        try:
            kept = evidence[message]
            reading = read(sealing.unseal(sealing.case(kept.case_id), f"evidence:{kept.pk}", kept.sealed), own)
        except (KeyError, sealing.CannotOpen):
            unreadable += 1
            continue
        before = judge(reading, holds[kind], staff=message in staff).action
        after = judge(reading, tried[kind], staff=message in staff).action
        rows[before][0].add(fell[message])
        rows[after][1].add(fell[message])
        if before != after:
            move = moves.setdefault((before, after), Move(before, after))
            move.tally.add(fell[message])
            move.cases.append(case)
    ordered = sorted(moves.values(), key=lambda one: (-RANK[one.before], -RANK[one.after]))
    table = [(action, now_, then) for action, (now_, then) in reversed(rows.items())]
    return Preview(kind, len(cases) - unreadable, unreadable, table, ordered)


def _decided(programme: Programme, kind: ScreenPolicy.RoomKind) -> dict[UUID, Case]:
    """The newest closed case of each message."""
    closed = Case.objects.filter(
        cohort__programme=programme,
        room__kind=kind.value,
        state=Case.State.CLOSED,
        subject_kind=Case.Subject.MESSAGE,
        closed_at__gte=now() - LOOK_BACK,
    )
    found: dict[UUID, Case] = {}
    for case in closed.select_related("cohort", "message").order_by("-closed_at")[:AT_MOST]:
        if case.message_id is not None:
            found.setdefault(case.message_id, case)
    return found


def _evidence(cases: Iterable[Case]) -> dict[UUID, Evidence]:
    kept = Evidence.objects.filter(case__in=list(cases), message_id__isnull=False)
    return {one.message_id: one for one in kept if one.message_id is not None}


def _fell(cases: Iterable[Case]) -> dict[UUID, Fell]:
    """The gravest of what people decided in any lane, what they took back left out.

    Whoever spoke with the person acted, whatever became of the message; an escalation that found nobody at risk is
    no such thing.
    """
    messages = [case.message_id for case in cases if case.message_id is not None]
    fell = dict.fromkeys(messages, Fell.DISMISSED)
    decided = Decision.objects.filter(case__message__in=messages, reversed_at=None).order_by("at")
    for message, verb in decided.values_list("case__message", "verb"):
        if verb in (Verb.HIDE, Verb.ESCALATE):
            fell[message] = Fell.ACTED_ON
        elif verb == Verb.RELEASE and fell[message] == Fell.DISMISSED:
            fell[message] = Fell.RELEASED
    answered = Escalation.objects.filter(case__message__in=messages, state=Escalation.State.RESOLVED)
    for message in answered.exclude(disposition="no_risk").values_list("case__message", flat=True):
        fell[message] = Fell.ACTED_ON
    return fell


def _by_staff(cases: Mapping[UUID, Case]) -> set[UUID]:
    """The messages whose author held a staff role there when they wrote it: theirs are never held."""
    messages: dict[UUID, tuple[Message, Case]] = {
        identifier: (case.message, case) for identifier, case in cases.items() if case.message is not None
    }
    held = Grant.objects.filter(person__in={message.author_id for message, _ in messages.values()})
    grants = list(held.values_list("person", "scope", "granted_at", "ended_at"))
    return {
        identifier
        for identifier, (message, case) in messages.items()
        for person, scope, since, until in grants
        if person == message.author_id
        and scope in (case.cohort_id, case.cohort.programme_id)
        and since <= message.written_at
        and (until is None or until > message.written_at)
    }
