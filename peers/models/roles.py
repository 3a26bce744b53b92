"""Which role a person holds, where and for how long."""

import uuid

from django.db import models

from peers.permissions import Role


class Grant(models.Model):
    """A role in one scope: a cohort or a programme, named by id (`peers` never points up)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("peers.User", on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    scope = models.UUIDField(db_index=True)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "scope"], condition=models.Q(ended_at=None), name="grant_once"
            )
        ]
