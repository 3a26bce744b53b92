"""What the screen saw, in words for staff: each finding with its span, and why it does or does not alert by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from groups.marks import possible
from moderation.targets import NAMES

SCOPES = {
    "now": "about now",
    "denied": "denied",
    "past": "about the past",
    "others": "about somebody else",
    "dead": "about somebody who has died",
    "quoted": "somebody else's words",
    "skill": "about a skill or a way to cope",
    "fiction": "in a story, a song or a film",
    "cited_words": "the words of a song or of somebody told of",
    "idiom": "a figure of speech",
    "game": "in a game",
    "question": "asked, not said",
}
"""What stands around a finding. One that is not here is shown by its own name."""
TRACKS = {
    "duty to warn": "Possible threat against someone: a clinician decides whether somebody has to be warned.",
    "mandated report": "Possible abuse: a clinician decides whether it has to be reported.",
}
"""What the law may ask beside care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding."""

    words: str
    """Its span."""
    says: str
    """`possible active ideation`."""
    category: str
    """Empty where it says the same as the rule."""
    lane: str
    severity: str
    scope: str
    version: int
    alerts: bool
    track: str
    """What a clinician has to decide on beside care, in words; else empty."""


def all_found(text: str, findings: Sequence[dict[str, Any]]) -> list[Found]:
    """Findings of a text for people, what alerts first, then the graver, then as they stand. Each once. Pure."""
    ordered = sorted(findings, key=lambda one: (not one["alerts"], -NAMES[one["severity"]], one["start"]))
    return list(dict.fromkeys(_found(text, one) for one in ordered))


def scope_words(scope: str) -> str:
    """A scope in words."""
    return SCOPES.get(scope, scope.replace("_", " "))


def _found(text: str, one: dict[str, Any]) -> Found:
    category = str(one["category"]).replace("_", " ")
    return Found(
        words=text[one["start"] : one["end"]],
        says=possible(one["rule"]),
        category="" if possible(category) == possible(one["rule"]) else category,
        lane=one["lane"],
        severity=one["severity"],
        scope=scope_words(one["scope"]),
        version=one["version"],
        alerts=one["alerts"],
        track=TRACKS.get(one.get("track", ""), "") if one["alerts"] else "",
    )
