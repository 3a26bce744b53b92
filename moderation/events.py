"""Everything the desk, clinicians and a person can be told by `moderation`, in one file. Ids and states only."""

from dataclasses import dataclass

from live.events import Event, event


@event("case.changed", audience=["desk", "staff"])
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChanged(Event):
    """A case was opened, corroborated, raised, claimed, decided or closed; fetch its row again."""

    case: str
    number: int
    severity: str
    state: str


@event("escalation.changed", audience=["desk", "person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationChanged(Event):
    """An escalation was triggered, paged, acknowledged or resolved; fetch it again."""

    escalation: str
    number: int
    severity: str
    state: str


@event("page", audience=["person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Event):
    """This person is paged: answer now."""

    escalation: str
    number: int
    severity: str


@event("notice", audience=["person"])
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGiven(Event):
    """There is word for this person on their home."""

    notice: str
