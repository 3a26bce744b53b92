"""How soon a person looks, and when the next is paged (defaults of product.md section 5). All in seconds."""

from datetime import timedelta

from django.conf import settings

from moderation.models.severity import Severity

LIVE = {Severity.AMBER: 300, Severity.RED: 120, Severity.CRISIS: 60}
"""While the subject's group is meeting."""
APART = {Severity.AMBER: 3600, Severity.RED: 600, Severity.CRISIS: 120}
"""At any other time."""
GREEN = 86_400
"""Green is looked at within a day."""
CLAIM = timedelta(minutes=10)
"""How long a claim on a case holds without being renewed."""
NAMES = {label: Severity(value) for value, label in Severity.choices}


class BadTargets(ValueError):
    """`HOLDFAST_ACK_SECONDS` cannot be read; one line for an operator."""


def target(severity: int, *, live: bool) -> timedelta:
    """Until when a person has looked."""
    if severity == Severity.GREEN:
        return timedelta(seconds=GREEN)
    return timedelta(seconds=(LIVE if live else APART)[Severity(severity)])


def page_after(severity: int, *, live: bool) -> timedelta:
    """Until when somebody paged must have acknowledged before the next person is paged."""
    chosen = parse(settings.ACK_SECONDS)
    severity = max(Severity(severity), Severity.AMBER)
    return timedelta(seconds=chosen[severity]) if severity in chosen else target(severity, live=live)


def parse(text: str) -> dict[Severity, int]:
    """`crisis=60,red=120,amber=300` as seconds by severity. Raises `BadTargets`."""
    found = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, seconds = item.partition("=")
        if name not in NAMES or not seconds.isascii() or not seconds.isdigit() or int(seconds) < 1:
            raise BadTargets(f"HOLDFAST_ACK_SECONDS cannot be read at {item!r}: expected crisis=60,red=120,amber=300.")
        found[NAMES[name]] = int(seconds)
    return found
