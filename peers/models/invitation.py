"""The only way in: an invitation to one role in one scope."""

import uuid

from django.db import models

from peers.permissions import Role


class Invitation(models.Model):
    """Single use, expiring. The token itself is only in the mail; here is its SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    scope = models.UUIDField()
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "peers.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who took it up, or was enrolled with it.",
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
