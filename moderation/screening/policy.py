"""From what was found to what becomes of the message: one programme's table for one kind of room, within its floors.

Each alerting finding is asked by itself and the strictest answer counts, never the gravest finding's alone: a message
with an amber worry and a telephone number is held for the number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from groups.gate import CONTACT, Action, Finding
from moderation.models.severity import Lane

PUBLISH, FLAG, HOLD, PAGE = Action
RANK = {action: place for place, action in enumerate(Action)}
"""Mildest first; the strictest answer counts."""
UNREAD = "harm in what was too much to read"
"""The category of a text the screen did not read to its end. It is held under every policy."""

MAY: dict[str, tuple[Action, ...]] = {
    "care_amber": (FLAG, HOLD, PAGE),
    "care_red": (FLAG, HOLD, PAGE),
    "care_crisis": (PAGE,),
    "conduct_amber": (PUBLISH, FLAG, HOLD),
    "conduct_red": (FLAG, HOLD),
    "conduct_crisis": (HOLD,),
    "contact_exchange": (FLAG, HOLD),
}
"""What each line may be. Care is seen by a person at the least; conduct pages nobody; a crisis always pages."""
WHY_NOT = {
    "care_amber": "Somebody has to see this: shown and flagged is the least.",
    "care_red": "Somebody has to see this soon: shown and flagged is the least.",
    "care_crisis": "A crisis always pages. It cannot be set to anything else.",
    "conduct_amber": "Conduct pages nobody. Choose shown, flagged or held.",
    "conduct_red": "Conduct pages nobody, and this is flagged at the least.",
    "conduct_crisis": "Conduct as grave as this is always held.",
    "contact_exchange": "Conduct pages nobody, and this is flagged at the least.",
}
"""The words for whoever asks for something else."""
MILDER = "Red cannot be treated more mildly than amber."
"""What is graver is never treated more mildly than what is less so."""


class BadPolicy(ValueError):
    """A table that may not be; `problems` holds each line's trouble in words."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """At least one."""
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


def problems_of(table: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with a table, line by line, in words; empty if it may be."""
    wrong = {line: WHY_NOT[line] for line, may in MAY.items() if table.get(line) not in may}
    for amber, red in (("care_amber", "care_red"), ("conduct_amber", "conduct_red")):
        if not {amber, red} & set(wrong) and RANK[Action(str(table[red]))] < RANK[Action(str(table[amber]))]:
            wrong[red] = MILDER
    return wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What becomes of a message with each kind of finding. One that breaks a floor cannot be made (`BadPolicy`)."""

    care_amber: Action = FLAG
    care_red: Action = HOLD
    care_crisis: Action = PAGE
    conduct_amber: Action = FLAG
    conduct_red: Action = HOLD
    conduct_crisis: Action = HOLD
    contact_exchange: Action = HOLD

    def __post_init__(self) -> None:
        """Hold it to the floors."""
        if problems := problems_of(asdict(self)):
            raise BadPolicy(problems)

    def action_for(
        self, severity: str, lane: str | None, categories: Iterable[str] = (), *, staff: bool = False
    ) -> Action:
        """What becomes of one finding's message. Staff lead: their words are flagged for a colleague, never held."""
        action = self.action("contact_exchange" if CONTACT in categories else line_of(severity, lane))
        if UNREAD in categories:
            action = max(action, HOLD, key=RANK.__getitem__)
        return FLAG if staff and action.holds else action

    def action_of(self, findings: Iterable[Finding], *, staff: bool = False) -> Action:
        """What becomes of a message with these findings: the strictest over those that alert."""
        each = (self.action_for(one.severity, one.lane, (one.category,), staff=staff) for one in findings if one.alerts)
        return max(each, key=RANK.__getitem__, default=PUBLISH)

    def table(self) -> dict[str, str]:
        """As it is kept."""
        return {line: str(action) for line, action in asdict(self).items()}

    def differs(self, other: "Policy") -> list[str]:
        """The lines in which the two are not the same, in order."""
        return [line for line in LINES if self.action(line) != other.action(line)]

    def action(self, line: str) -> Action:
        """What one line says; no line (green) is shown."""
        found: Action = getattr(self, line) if line else PUBLISH
        return found


LINES = tuple(field.name for field in fields(Policy))
DEFAULT = Policy()
"""The default of product.md section 4: what holds where nobody has set anything."""
UNKNOWN = Policy(care_amber=HOLD, conduct_amber=HOLD)
"""Where a programme's policy cannot be read: nothing that alerts is shown, and a crisis pages all the same."""


def line_of(severity: str, lane: str | None) -> str:
    """The line of the table for a severity in a lane; green has none, and is shown."""
    return "" if severity == "green" else f"{'conduct' if lane == Lane.CONDUCT else 'care'}_{severity}"


def action_for(
    severity: str, lane: str | None, categories: Iterable[str] = (), policy: Policy = DEFAULT, *, staff: bool = False
) -> Action:
    """The same of a policy; of the default where none is given."""
    return policy.action_for(severity, lane, categories, staff=staff)


def entered(table: Mapping[str, str]) -> Policy:
    """A policy from what somebody chose; a line that is not there is as by default. Raises `BadPolicy`."""
    whole: dict[str, str] = DEFAULT.table() | dict(table)
    if problems := problems_of(whole):
        raise BadPolicy(problems)
    return Policy(**{line: Action(whole[line]) for line in LINES})


def kept(table: Mapping[str, object]) -> Policy:
    """A policy as it was kept, whatever wrote it. A line that cannot be read is as strict as it may be, for safety."""
    read: dict[str, Action] = {}
    for line, may in MAY.items():
        value = table.get(line, getattr(DEFAULT, line))
        read[line] = Action(str(value)) if value in may else may[-1]
    for amber, red in (("care_amber", "care_red"), ("conduct_amber", "conduct_red")):
        read[red] = max(read[red], read[amber], key=RANK.__getitem__)
    return Policy(**read)
