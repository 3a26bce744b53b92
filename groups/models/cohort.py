"""A therapy cohort, who belongs to it and when it meets."""

import uuid

from django.db import models


class Cohort(models.Model):
    """People in treatment together. It has one group room, and its sessions meet there."""

    class Kind(models.TextChoices):
        PROCESS = "process"
        PSYCHOEDUCATION = "psychoeducation"
        SKILLS = "skills"
        CHECK_IN = "check_in", "check-in and support"
        FAMILY = "family"

    class Joining(models.TextChoices):
        CLOSED = "closed", "closed: nobody new after the first session"
        ROLLING = "rolling"
        OPEN = "open", "open within a level of care"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("groups.Programme", on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.PROCESS)
    joining = models.CharField(max_length=10, choices=Joining.choices, default=Joining.ROLLING)
    capacity = models.PositiveIntegerField(
        default=12, help_text="6 to 12 by default; more by a supervisor with a reason."
    )
    plan = models.JSONField(default=list, help_text='The hour: [{"phase", "minutes"}] in order.')
    ends_on = models.DateField(null=True, help_text="Its last day, once somebody has planned one.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="cohort_name")]


class PlacesAllowed(models.Model):
    """More places than a cohort usually has, allowed by a supervisor with a reason. The newest counts; all are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="allowed")
    places = models.PositiveIntegerField()
    reason_sealed = models.BinaryField(help_text="Sealed with the group room's key.")
    by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Membership(models.Model):
    """A participant in a cohort from one day to another (programme's local dates; `ends_on` is the last day)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="memberships")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="Last day of a discharge that is planned.")
    ended_at = models.DateTimeField(null=True, help_text="The moment it ended: from then on, a former member.")
    ended_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    enrolled_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person"], condition=models.Q(ended_at=None), name="member_once")
        ]


class ScheduleSlot(models.Model):
    """A weekly time at which a cohort meets. Sessions are made from it some weeks ahead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(help_text="ISO: 1 = Monday.")
    starts = models.TimeField(help_text="In the programme's zone.")
    minutes = models.PositiveIntegerField()
    lead = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    co_lead = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
