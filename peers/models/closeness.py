"""Two people who agreed to write to each other, or one who wants no more of another."""

import uuid

from django.db import models


class Connection(models.Model):
    """One person invites another, who accepts or silently declines. Accepted, it becomes a peer room."""

    class State(models.TextChoices):
        INVITED = "invited"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.UUIDField(help_text="The cohort both belong to.")
    inviter = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    invitee = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "inviter", "invitee"],
                condition=models.Q(state__in=["invited", "accepted"]),
                name="connection_open_once",
            ),
            models.CheckConstraint(condition=~models.Q(inviter=models.F("invitee")), name="connection_two_people"),
        ]


class Block(models.Model):
    """`person` wants no messages between themselves and `other`. Nobody is told who."""

    person = models.ForeignKey("peers.User", on_delete=models.CASCADE, related_name="blocks")
    other = models.ForeignKey("peers.User", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], condition=models.Q(lifted_at=None), name="block_once")
        ]
