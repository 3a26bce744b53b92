"""The site's own screen, but for three phrases of which it says what a journey needs; it can be taken down."""

import os
from pathlib import Path

from groups.gate import Action, Draft, Finding, Verdict
from moderation.gate import Gate

SAYS = {
    "no way out": ("hopelessness", "amber", Action.FLAG),
    "saying goodbye": ("a goodbye", "red", Action.HOLD),
}
VEILED = "twenty pills"


def switch(var: Path) -> Path:
    """While this file is there, the screen is down."""
    return var / "screen-is-down"


class Scripted:
    """Marks two phrases and veils one; everything else is read as ever."""

    def screen(self, draft: Draft) -> Verdict:
        """Judge a draft."""
        if switch(Path(os.environ["HOLDFAST_VAR"])).exists():
            raise RuntimeError("down, as the journey wants it")
        at = draft.text.find(VEILED)
        veils = ((at, at + len(VEILED)),) if at >= 0 else ()
        for phrase, (rule, severity, action) in SAYS.items():
            if (start := draft.text.find(phrase)) >= 0:
                found = Finding(
                    rule=rule,
                    version=1,
                    category=rule,
                    lane="care",
                    severity=severity,
                    alerts=True,
                    scope="now",
                    start=start,
                    end=start + len(phrase),
                )
                return Verdict(action=action, severity=severity, lane="care", veils=veils, findings=(found,))
        return Verdict(action=Action.PUBLISH, veils=veils) if veils else Gate().screen(draft)
