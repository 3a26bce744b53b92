"""The forms of admission: what was assessed, who it is, where they go; a step; a discharge."""

from typing import Any
from uuid import UUID

from django import forms

from groups.models import Cohort, Programme
from groups.services.admission import Entrant, Findings, clinicians
from peers.models import Level, Modality

DAYS = [(1, "Monday"), (2, "Tuesday"), (3, "Wednesday"), (4, "Thursday"), (5, "Friday"), (6, "Saturday"), (7, "Sunday")]
LONGEST_REASON = 2000


def a_date(**attrs: str) -> forms.DateInput:
    """A field every browser opens its calendar for."""
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


class FindingsForm(forms.Form):
    """The assessment: level with reasons, modalities with a clinician each, availability, home."""

    level = forms.ChoiceField(label="Level of care", choices=Level.choices)
    reasons = forms.CharField(
        label="Reasons",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Kept sealed. Those who treat this person can read it.",
    )
    days = forms.TypedMultipleChoiceField(
        label="Days they can come", choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    daytime = forms.BooleanField(label="In the daytime", required=False)
    evening = forms.BooleanField(label="In the evening", required=False)
    home_safe = forms.BooleanField(
        label="Home is safe enough to join from",
        required=False,
        help_text="Leave it open if someone at home could overhear or harm them.",
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        """With one field for each modality: nobody, or the clinician responsible for it."""
        super().__init__(*args, **kwargs)
        people = [("", "not for now"), *((str(one.pk), one.display_name) for one in clinicians(programme))]
        for modality in Modality:
            name = f"modality_{modality.value}"
            self.fields[name] = forms.ChoiceField(
                label=modality.label.capitalize() if modality.label.islower() else modality.label,
                choices=people,
                required=False,
            )

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields that are not modalities."""
        return [field for field in self.visible_fields() if not field.name.startswith("modality_")]

    @property
    def modalities(self) -> list[forms.BoundField]:
        """A field for each modality."""
        return [field for field in self.visible_fields() if field.name.startswith("modality_")]

    def clean(self) -> dict[str, Any]:
        """At least one time of the day, and at least one modality."""
        given = super().clean() or self.cleaned_data
        if not given.get("daytime") and not given.get("evening"):
            self.add_error("daytime", "Choose daytime, evening, or both.")
        if not any(given.get(f"modality_{modality.value}") for modality in Modality):
            self.add_error(None, "Choose at least one modality and the clinician responsible for it.")
        return given

    def findings(self) -> Findings:
        """What was found. Call on a valid form."""
        given = self.cleaned_data
        chosen = {modality: given[f"modality_{modality.value}"] for modality in Modality}
        return Findings(
            level=Level(given["level"]),
            reasons=given["reasons"],
            modalities={modality: UUID(who) for modality, who in chosen.items() if who},
            days=given["days"],
            daytime=given["daytime"],
            evening=given["evening"],
            home_safe=given["home_safe"],
        )


class AdmissionForm(FindingsForm):
    """The assessment of somebody who gets a place in a cohort."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, help_text="Their invitation goes here. It does not name the program."
    )
    legal_name = forms.CharField(label="Legal name", max_length=120, help_text="Sealed; their group never sees it.")
    birth_date = forms.DateField(label="Birth date", widget=a_date(autocomplete="off"))
    starts_on = forms.DateField(label="First day", widget=a_date())
    field_order = ("email", "legal_name", "birth_date", "starts_on")

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        """For one cohort."""
        super().__init__(*args, programme=cohort.programme, **kwargs)

    def entrant(self) -> Entrant:
        """Who it is. Call on a valid form."""
        given = self.cleaned_data
        return Entrant(email=given["email"], legal_name=given["legal_name"], birth_date=given["birth_date"])


class StepForm(forms.Form):
    """Another level from a day on."""

    level = forms.ChoiceField(label="Level of care", choices=Level.choices)
    on = forms.DateField(label="From", widget=a_date())
    reason = forms.CharField(label="Reason", max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3}))


class DischargeForm(forms.Form):
    """At once, or after a last day."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now: the room closes to them at once"), ("day", "After a last day")],
        widget=forms.RadioSelect,
        initial="day",
    )
    last_day = forms.DateField(label="Last day", required=False, widget=a_date())

    def clean(self) -> dict[str, Any]:
        """A planned discharge has a day."""
        given = super().clean() or self.cleaned_data
        if given.get("when") == "day" and not given.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "Choose the last day.")
        return given
