"""What becomes of a message with a finding, as a programme has set it for one kind of room."""

import uuid

from django.db import models


class ScreenPolicy(models.Model):
    """One setting of the screening policy. Only grows: the newest of a programme and kind of room counts.

    Where there is none, the default of `moderation/screening/policy.py` holds.
    """

    class RoomKind(models.TextChoices):
        GROUP = "group"
        PEER = "peer"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        "groups.Programme", on_delete=models.PROTECT, related_name="screen_policies", db_index=False
    )
    room_kind = models.CharField(max_length=10, choices=RoomKind.choices)
    table = models.JSONField(help_text="Each line of the policy and its action.")
    set_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(help_text="Later than every earlier one of the programme.")
    reason_sealed = models.BinaryField(help_text="Sealed with a key of the programme's own.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "room_kind", "set_at"], name="screen_policy_in_order")
        ]
