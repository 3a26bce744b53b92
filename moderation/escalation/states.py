"""The states of an escalation, declared once. There is none that means "gave up"."""

from moderation.models import Escalation

State = Escalation.State

GRAPH: dict[str, frozenset[str]] = {
    State.TRIGGERED: frozenset({State.ACKNOWLEDGED, State.RESOLVED}),
    State.ACKNOWLEDGED: frozenset({State.TRIGGERED, State.RESOLVED}),
    State.RESOLVED: frozenset(),
}
"""From each state to where it may go. A rise in severity takes an acknowledged one back to triggered."""

OWNER = {
    State.TRIGGERED: "the worker, which pages the next person until one answers",
    State.ACKNOWLEDGED: "the person who acknowledged",
    State.RESOLVED: "nobody: it has a disposition and a note",
}
"""Who moves it on."""

DISPOSITIONS = {
    "spoke_safe": "Spoke with the person; safe for now",
    "safety_plan": "Went through the safety plan",
    "handed_over": "Handed over to their own clinician",
    "higher_care": "Moved to a higher level of care",
    "emergency": "Emergency services were called by staff",
    "staffed": "The room is staffed again",
    "no_risk": "Looked into; nobody is at risk",
}
"""How it may end. The software never dials anybody by itself."""


def may_go(before: str, after: str) -> bool:
    """Whether the graph allows it."""
    return after in GRAPH[before]
