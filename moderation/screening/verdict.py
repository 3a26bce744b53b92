"""`screen(text, context) -> Verdict`: what a text holds, and what becomes of it in its place. Pure."""

from dataclasses import dataclass, replace

from groups.gate import Action, Finding, Verdict
from moderation.screening.engine import Reading, read
from moderation.screening.policy import DEFAULT, Policy, line_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a text would be read."""

    policy: Policy = DEFAULT
    """What the programme does with what is found, in this kind of room."""
    staff: bool = False
    """Whether staff wrote it: their words are flagged for a colleague, never held."""
    own_numbers: frozenset[str] = frozenset()
    """The clinic's telephone numbers, digits only: to tell them is no contact exchange."""


ANYWHERE = Context()


def screen(text: str, context: Context = ANYWHERE) -> Verdict:
    """What becomes of a text. Total: any string has an answer."""
    return judge(read(text, context.own_numbers), context.policy, staff=context.staff)


def judge(reading: Reading, policy: Policy = DEFAULT, *, staff: bool = False) -> Verdict:
    """What a policy makes of a reading."""
    if not alerts(reading):
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


def alerts(reading: Reading) -> bool:
    """Whether anything in it brings the message before a human."""
    return any(finding.alerts for finding in reading.findings)


def _quiet(one: Finding, policy: Policy) -> bool:
    """Whether the policy shows what was found without a flag. Green has no line: it is not the policy's to quieten."""
    return one.alerts and line_of(one.severity, one.lane) != "" and policy.action_of((one,)) == Action.PUBLISH
