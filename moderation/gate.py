"""The message gate: the screen, and the programme's policy on what it finds."""

from dataclasses import replace

from groups.gate import Action, Draft, Finding, Verdict
from moderation.screening.engine import Reading, read
from moderation.screening.policy import DEFAULT, Policy, line_of
from moderation.services.policy_in_force import in_force


class Gate:
    """Screens a draft. Whatever it raises, the message is held by `groups.services.screening`.

    Words in which nothing alerts are shown under every policy, so only the others ask for one. That may need the
    database: on a loop's thread Django refuses, and posting asks again on a thread of its own.
    """

    def screen(self, draft: Draft) -> Verdict:
        """Judge a draft."""
        reading = read(draft.text)
        if not _alerts(reading):
            return judge(reading)
        return judge(reading, in_force(draft.programme_id, draft.room_kind), staff=draft.author_is_staff)


def judge(reading: Reading, policy: Policy = DEFAULT, *, staff: bool = False) -> Verdict:
    """What a policy makes of a reading. Pure."""
    if not _alerts(reading):
        return Verdict(action=Action.PUBLISH, veils=reading.veils, findings=reading.findings)
    quiet = {place for place, one in enumerate(reading.findings) if _quiet(one, policy)}
    if quiet:
        # What a policy shows without a flag brings the message before nobody: that is what "alerts" means.
        findings = (
            replace(one, alerts=place not in quiet and one.alerts) for place, one in enumerate(reading.findings)
        )
        reading = replace(reading, findings=tuple(findings))
    return Verdict(
        action=policy.action_of(reading.findings, staff=staff),
        severity=reading.severity,
        lane=reading.lane,
        veils=reading.veils,
        findings=reading.findings,
    )


def _alerts(reading: Reading) -> bool:
    return any(finding.alerts for finding in reading.findings)


def _quiet(one: Finding, policy: Policy) -> bool:
    """Whether the policy shows what was found without a flag. Green has no line: it is not the policy's to quieten."""
    return one.alerts and line_of(one.severity, one.lane) != "" and policy.action_of((one,)) == Action.PUBLISH
