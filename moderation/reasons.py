"""Why something is flagged, in plain words: what a reporter chooses from, and what staff read."""

from dataclasses import dataclass

from moderation.models.severity import Lane, Severity


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason a member may choose."""

    code: str
    lane: Lane
    words: str
    severity: Severity


REPORTABLE = (
    Reason("worried", Lane.CARE, "I'm worried about this person", Severity.AMBER),
    Reason("danger", Lane.CARE, "I think they are in danger now", Severity.RED),
    Reason("harassment", Lane.CONDUCT, "It puts someone down or scares them", Severity.AMBER),
    Reason("privacy", Lane.CONDUCT, "It shares something private about someone", Severity.AMBER),
    Reason("contact", Lane.CONDUCT, "It asks for or gives a number or account", Severity.AMBER),
    Reason("selling", Lane.CONDUCT, "It offers or asks for drugs", Severity.RED),
    Reason("spam", Lane.CONDUCT, "It has nothing to do with us", Severity.GREEN),
    Reason("other", Lane.CONDUCT, "Something else", Severity.GREEN),
)
SCREEN_DOWN = "screen_down"
"""The reason of a flag that says: nothing was checked."""
BY_CODE = {reason.code: reason for reason in REPORTABLE}

WORDS = {reason.code: reason.words for reason in REPORTABLE} | {
    "screen": "The screen marked it",
    SCREEN_DOWN: "Nobody could check it: the screen was down",
    "refused": "Written while posting was closed",
    "help": "Asked for help",
    "unstaffed": "A room without staff",
}


def words(code: str) -> str:
    """A reason's words for staff."""
    return WORDS.get(code, code)
