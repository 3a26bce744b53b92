"""Who was there, in minutes, from stored presence."""

import uuid

from django.db import models


class PresenceSpan(models.Model):
    """One person connected to one session's room through one server. A killed server ends it at its last heartbeat."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey("groups.Session", on_delete=models.CASCADE, related_name="spans")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="Last heartbeat.")
    left_at = models.DateTimeField(null=True)
    server = models.UUIDField(
        null=True, help_text="The running process that keeps it alive; null for a page opened without a socket."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person", "server"], condition=models.Q(left_at=None), name="span_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["session", "person"], name="span_person"),
            models.Index(fields=["seen_at"], condition=models.Q(left_at=None), name="span_open"),
        ]


class AttendanceCorrection(models.Model):
    """Minutes put right by staff, with a reason. The newest counts; all are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey("groups.Session", on_delete=models.CASCADE, related_name="corrections")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()
    reason_sealed = models.BinaryField(help_text="Sealed with the person's key.")
    by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
