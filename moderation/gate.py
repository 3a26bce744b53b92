"""The message gate: the screen, and the policy on what it finds."""

from groups.gate import Draft, Verdict
from moderation.screening.engine import Reading, read
from moderation.screening.policy import action_for


class Gate:
    """Screens a draft. Pure; whatever it raises, the message is held by `groups.services.screening`."""

    def screen(self, draft: Draft) -> Verdict:
        """Judge a draft."""
        return judge(read(draft.text), staff=draft.author_is_staff)


def judge(reading: Reading, *, staff: bool = False) -> Verdict:
    """What the policy makes of a reading."""
    rules = frozenset(finding.rule for finding in reading.findings if finding.alerts)
    return Verdict(
        action=action_for(reading.severity, reading.lane, rules, staff=staff),
        severity=reading.severity,
        lane=reading.lane,
        veils=reading.veils,
        findings=reading.findings,
    )
