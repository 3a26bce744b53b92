"""Gates that say what a test of the desk or the room needs; only one looks at the words."""

from dataclasses import replace

from groups.gate import CONTACT, Action, Draft, Finding, Verdict

WORDS = "I took twenty pills and felt numb."


def seen(start: int, end: int, *, rule: str = "an act", severity: str = "amber", scope: str = "now") -> Finding:
    """One finding of the care lane."""
    return Finding(
        rule=rule,
        version=3,
        category="self harm",
        lane="care",
        severity=severity,
        alerts=scope == "now",
        scope=scope,
        start=start,
        end=end,
    )


class Screen:
    """Veils the pills and sees an act; of anything else it makes nothing."""

    action, severity = Action.FLAG, "amber"

    def screen(self, draft: Draft) -> Verdict:
        """Judge."""
        if draft.text != WORDS:
            return Verdict(action=Action.PUBLISH)
        return Verdict(
            action=self.action,
            severity=self.severity,
            lane="care",
            veils=((7, 19),),
            findings=(
                seen(0, 19, severity=self.severity),
                seen(24, 33, rule="feeling numb", severity="red", scope="past"),
            ),
        )


class Holds(Screen):
    """The same, graver: held."""

    action, severity = Action.HOLD, "red"


class Threat:
    """Sees a threat against someone."""

    def screen(self, draft: Draft) -> Verdict:
        """Judge."""
        found = replace(seen(0, 19, rule="threat", severity="red"), track="duty to warn")
        return Verdict(action=Action.HOLD, severity="red", lane="care", findings=(found,))


class Number:
    """Sees a telephone number."""

    def screen(self, draft: Draft) -> Verdict:
        """Judge."""
        found = replace(seen(0, 19, rule=CONTACT), category=CONTACT, lane="conduct")
        return Verdict(action=Action.HOLD, severity="amber", lane="conduct", findings=(found,))


class Veils:
    """Veils, and finds nothing that a person has to look at."""

    def screen(self, draft: Draft) -> Verdict:
        """Judge."""
        return Verdict(action=Action.PUBLISH, veils=((7, 19),), findings=(seen(24, 33, scope="past"),))


class Down:
    """A gate that fails."""

    def screen(self, draft: Draft) -> Verdict:
        """Break."""
        raise RuntimeError("no")
