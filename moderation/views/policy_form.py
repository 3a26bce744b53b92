"""The form of a screening policy: every line of both kinds of room, and the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from groups.gate import Action
from moderation.models import ScreenPolicy
from moderation.screening.policy import DEFAULT, MAY, WHY_NOT, BadPolicy, Policy, entered
from moderation.services.screen_policies import KINDS, Tables
from moderation.views.policy_words import ACTIONS, LANES, LINES, LineWords
from moderation.views.policy_words import KINDS as KIND_WORDS

LONGEST_REASON = 500
PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is drawn: a choice, or what is fixed."""

    words: LineWords
    always: str
    """What a fixed line is."""
    field: BoundField | None
    holds: str
    """What holds now, where the form says something else."""


class PolicyForm(forms.Form):
    """What becomes of what, and why it is changed. Without a reason it can be tried, not saved."""

    reason = forms.CharField(
        label="Why you change it",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept sealed. Whoever may set the policy reads it below. Name nobody from a room.",
        error_messages={"required": "Write why; one sentence is enough."},
    )

    def __init__(self, data: Any = None, *, holds: Tables, start: Tables) -> None:
        """`holds`: the policy in force; `start`: what an empty form begins with."""
        super().__init__(data)
        self.holds = holds
        for kind in KINDS:
            for line, may in MAY.items():
                if len(may) > 1:
                    self.fields[name_of(kind, line)] = forms.ChoiceField(
                        label=f"{KIND_WORDS[kind]}: {LINES[line].what}",
                        choices=[(action.value, ACTIONS[action]) for action in may],
                        initial=start[kind].table()[line],
                        widget=forms.RadioSelect,
                        error_messages={
                            "required": "Choose one of these.",
                            "invalid_choice": WHY_NOT[line],
                        },
                    )
        self.order_fields([name for name in self.fields if name != "reason"])
        self.fields["reason"].required = not self.trying

    @property
    def trying(self) -> bool:
        """Whether it is to be previewed, not saved."""
        return bool(self.is_bound and self.data.get("do") == PREVIEW)

    def clean(self) -> dict[str, Any]:
        """What no line says by itself: what is graver is not treated more mildly."""
        given: dict[str, Any] = self.cleaned_data
        self.policies: dict[ScreenPolicy.RoomKind, Policy] = {}
        for kind in KINDS:
            lines = {line: given.get(name_of(kind, line), DEFAULT.table()[line]) for line in MAY}
            try:
                self.policies[kind] = entered(lines)
            except BadPolicy as bad:
                for line, words in bad.problems.items():
                    if name_of(kind, line) in given:
                        self.add_error(name_of(kind, line), words)
        return given

    def sections(self) -> Iterator[tuple[str, str, list[tuple[str, list[Line]]]]]:
        """Each kind of room with its words, and in it each lane with its lines."""
        for kind in KINDS:
            lanes: dict[str, list[Line]] = {lane: [] for lane in LANES}
            for line, words in LINES.items():
                lanes[words.lane].append(self._line(kind, line, words))
            yield kind.value, KIND_WORDS[kind], [(LANES[lane], lines) for lane, lines in lanes.items()]

    def troubles(self) -> list[BoundField]:
        """The fields with an error, in the order of the page."""
        return [field for field in self if field.errors]

    def _line(self, kind: ScreenPolicy.RoomKind, line: str, words: LineWords) -> Line:
        name, held = name_of(kind, line), self.holds[kind].table()[line]
        if name not in self.fields:
            return Line(words, ACTIONS[MAY[line][0]], None, "")
        field = self[name]
        return Line(words, "", field, "" if field.value() == held else ACTIONS[Action(held)])


def name_of(kind: ScreenPolicy.RoomKind, line: str) -> str:
    """The name of a line's field."""
    return f"{kind.value}_{line}"
