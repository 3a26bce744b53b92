"""The clinic's programme: its telephone, hours and levels of care."""

import uuid

from django.db import models

from peers.models import Level


class Programme(models.Model):
    """One Intensive Outpatient Program on this site."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=30)
    phone_hours = models.CharField(max_length=60)
    timezone = models.CharField(max_length=60, help_text="IANA name; schedules and days are in this zone.")
    adolescent_track = models.BooleanField(default=False, help_text="Under 18 is refused until this is on.")


class ProgrammeLevel(models.Model):
    """How many counted hours a week one level of care aims for."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="levels")
    level = models.CharField(max_length=4, choices=Level.choices)
    weekly_minutes = models.PositiveIntegerField(
        help_text="Target minutes a week. IOP for adults: at least 9 hours (SAMHSA TIP 47; ASAM level 2.1)."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "level"], name="programme_level_once")]
