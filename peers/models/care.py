"""Level of care, assessment, and the modalities a person is matched to (product.md section 1)."""

import uuid

from django.db import models


class Level(models.TextChoices):
    """Levels of care with rooms here; residential is one a person comes from or is referred to."""

    PHP = "php", "partial hospitalization (PHP)"
    IOP = "iop", "intensive outpatient (IOP)"
    OP = "op", "outpatient (OP)"


class Modality(models.TextChoices):
    """What a programme offers."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    HOLISTIC = "holistic"
    CBT = "cbt", "CBT"
    DBT = "dbt", "DBT"
    FAMILY = "family"
    KETAMINE = "ketamine"
    EMDR = "emdr", "EMDR"
    TMS = "tms", "TMS"
    NEUROFEEDBACK = "neurofeedback"
    VIBROACOUSTIC = "vibroacoustic"
    MEDICATION = "medication", "medication management"


class Assessment(models.Model):
    """What a clinician or admissions staff found: level with reasons, modalities, availability, home."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="assessments")
    programme = models.UUIDField()
    made_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    level = models.CharField(max_length=4, choices=Level.choices)
    reasons_sealed = models.BinaryField(help_text="Why this level; sealed with the person's key.")
    available_days = models.JSONField(default=list, help_text="ISO weekdays, 1 = Monday.")
    available_daytime = models.BooleanField(default=False)
    available_evening = models.BooleanField(default=False)
    home_safe = models.BooleanField(help_text="Whether home is safe enough to join from.")


class CareModality(models.Model):
    """One modality of an assessment and the clinician responsible for it: together, the care team."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="modalities")
    modality = models.CharField(max_length=20, choices=Modality.choices)
    clinician = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "modality"], name="modality_once")]


class Stay(models.Model):
    """A person at one level of care from one day to another (both local dates; `ends_on` is the last day)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="stays")
    programme = models.UUIDField()
    level = models.CharField(max_length=4, choices=Level.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason_sealed = models.BinaryField(null=True, help_text="Why the step; sealed with the person's key.")
    made_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "programme", "starts_on"], name="stay_one_a_day"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="stay_ends_after",
            ),
        ]
