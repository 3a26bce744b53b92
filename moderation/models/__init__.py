"""How it stays safe: flags, cases, decisions, escalations."""

from moderation.models.case import Case, CaseEntry, Evidence, Flag, Looking
from moderation.models.decision import Decision, Measure, Notice
from moderation.models.escalation import Escalation, EscalationEntry, OnCall, Page, WorkerBeat
from moderation.models.policy import ScreenPolicy
from moderation.models.severity import Lane, Severity

__all__ = [
    "Case",
    "CaseEntry",
    "Decision",
    "Escalation",
    "EscalationEntry",
    "Evidence",
    "Flag",
    "Lane",
    "Looking",
    "Measure",
    "Notice",
    "OnCall",
    "Page",
    "ScreenPolicy",
    "Severity",
    "WorkerBeat",
]
