"""The verbs of the desk: their names, their keys, what each will do and what was done."""

from dataclasses import dataclass

from moderation.models import Decision

Verb = Decision.Verb


@dataclass(frozen=True, slots=True)
class VerbWords:
    """One verb, for a button."""

    verb: str
    name: str
    key: str
    will: str
    done: str
    needs_reason: bool


VERBS = {
    Verb.ESCALATE: VerbWords(
        Verb.ESCALATE,
        "Escalate",
        "E",
        "The on-call clinician is paged now, then the next until someone answers.",
        "Escalated. The on-call clinician is paged.",
        False,
    ),
    Verb.RELEASE: VerbWords(
        Verb.RELEASE,
        "Release",
        "L",
        "The message takes its place in the room now. Its author is told.",
        "Released. It is showing now.",
        True,
    ),
    Verb.HIDE: VerbWords(
        Verb.HIDE,
        "Hide",
        "H",
        "Nobody in the group sees it any more. Its author is told. You can restore it.",
        "Hidden. You can take it back.",
        True,
    ),
    Verb.RESTORE: VerbWords(
        Verb.RESTORE, "Restore", "R", "The group sees it again. Its author is told.", "Restored.", False
    ),
    Verb.DISMISS: VerbWords(
        Verb.DISMISS,
        "Dismiss",
        "D",
        "The case closes and nothing changes in the room: what is held stays held, and its author is told. "
        "Whoever reported is told it was looked at.",
        "Dismissed. You can take it back.",
        True,
    ),
}


def verbs_for(verb: str) -> VerbWords:
    """The words of one verb."""
    return VERBS[Verb(verb)]
