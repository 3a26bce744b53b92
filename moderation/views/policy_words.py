"""The screening policy in the words of the field: its lines, what becomes of a message, what is fixed and why."""

from dataclasses import dataclass

from groups.gate import Action
from moderation.models import ScreenPolicy

ACTIONS = {
    Action.PUBLISH: "Shown",
    Action.FLAG: "Shown and flagged",
    Action.HOLD: "Held and flagged",
    Action.PAGE: "Held, flagged and paged",
}
KINDS = {ScreenPolicy.RoomKind.GROUP: "Group rooms", ScreenPolicy.RoomKind.PEER: "Peer rooms"}
LANES = {"care": "Care: somebody may be at risk", "conduct": "Conduct: what should not be here"}


@dataclass(frozen=True, slots=True)
class LineWords:
    """One line of the policy, for people."""

    lane: str
    severity: str
    """For its mark; empty for a line that has none."""
    what: str
    short: str
    """In the history."""
    fixed: str = ""
    """Why it cannot be changed, where it cannot."""
    caution: str = ""
    """What its mildest choice means, where that is easily overlooked."""


LINES = {
    "care_amber": LineWords(
        "care",
        "amber",
        "A passive wish to be dead, being a burden, an urge to hurt oneself, giving up on treatment",
        "amber in care",
    ),
    "care_red": LineWords(
        "care",
        "red",
        "Active thoughts of suicide, means at hand, a plan or a date, a goodbye, abuse going on, a threat, using alone",
        "red in care",
        caution="What is shown, the room reads before anybody could act on it.",
    ),
    "care_crisis": LineWords(
        "care",
        "crisis",
        "An act under way or done, on the spot, decided for tonight",
        "crisis in care",
        "This is fixed. Minutes count, so a clinician is always called.",
    ),
    "conduct_amber": LineWords("conduct", "amber", "Putting someone down, sexual remarks, spam", "amber in conduct"),
    "conduct_red": LineWords(
        "conduct",
        "red",
        "Hate, telling someone to die, naming a member outside, selling drugs or asking for them",
        "red in conduct",
    ),
    "conduct_crisis": LineWords(
        "conduct",
        "crisis",
        "Conduct as grave as it gets",
        "crisis in conduct",
        "This is fixed. Conduct pages nobody; what endangers somebody is in the care lane.",
    ),
    "contact_exchange": LineWords(
        "conduct",
        "",
        "Giving or asking for a number, an account or a meeting outside, however grave",
        "contact exchange",
    ),
}
