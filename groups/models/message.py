"""A message. Its words are sealed with its room's key; its id and version are the additional data."""

import uuid

from django.db import models


class Message(models.Model):
    """One post. A held one has no `seq`; it takes its place in the room when it is released."""

    class State(models.TextChoices):
        PUBLISHED = "published"
        HELD = "held"
        HIDDEN = "hidden"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Room and author lead an index below. One of their own would cost every post, and without statistics PostgreSQL
    # takes it instead and reads all that was ever said in the room.
    room = models.ForeignKey("groups.Room", on_delete=models.PROTECT, related_name="messages", db_index=False)
    session = models.ForeignKey("groups.Session", on_delete=models.PROTECT, null=True, related_name="messages")
    author = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="messages", db_index=False)
    cid = models.CharField(max_length=64, help_text="The client's own id: sent twice, it gives the same message.")
    sealed = models.BinaryField()
    veils = models.JSONField(
        default=list, help_text="[[start, end]] in code points of the original, hidden from peers."
    )
    reply_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    state = models.CharField(max_length=10, choices=State.choices)
    seq = models.BigIntegerField(null=True, help_text="Its place in the members' topic, once shown there.")
    written_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "room", "cid"], name="message_cid_once"),
            models.UniqueConstraint(fields=["room", "seq"], name="message_seq_once"),
        ]
        indexes = [models.Index(fields=["author", "written_at"], name="message_rate")]


class ReadMark(models.Model):
    """How far a person has read in a room."""

    room = models.ForeignKey("groups.Room", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("peers.User", on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "person"], name="read_mark_once")]
