"""From what was found to what becomes of the message: the default of product.md section 4, in one table."""

from groups.gate import Action
from moderation.models.severity import Lane

CARE = {"green": Action.PUBLISH, "amber": Action.FLAG, "red": Action.HOLD, "crisis": Action.PAGE}
CONDUCT = {"green": Action.PUBLISH, "amber": Action.FLAG, "red": Action.HOLD, "crisis": Action.HOLD}
HELD_RULES = frozenset({"contact exchange"})
"""Conduct that is held whatever its severity: once read, a number cannot be unread."""


def action_for(severity: str, lane: str | None, rules: frozenset[str] = frozenset(), *, staff: bool = False) -> Action:
    """What becomes of a message. Staff lead: their words are flagged for a colleague, never held from the room."""
    table = CONDUCT if lane == Lane.CONDUCT else CARE
    action = table[severity]
    if rules & HELD_RULES and not action.holds:
        action = Action.HOLD
    return Action.FLAG if staff and action.holds else action
