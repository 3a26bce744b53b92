"""A room: a cohort's, two peers', or the staff line beside a cohort's. One table, one screening path, one protocol."""

import uuid

from django.db import models


class Room(models.Model):
    """A place messages are written in. Its members' topic is `room:ID`, its staff's `room:ID:staff`."""

    class Kind(models.TextChoices):
        GROUP = "group"
        PEER = "peer"
        STAFF = "staff", "staff line"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    cohort = models.ForeignKey("groups.Cohort", on_delete=models.PROTECT, related_name="rooms")
    connection_id = models.UUIDField(
        null=True, unique=True, help_text="Peer rooms: the accepted connection they became of."
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="Peer rooms end with a block, a discharge or by choice.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "kind"], condition=~models.Q(kind="peer"), name="cohort_room_once"
            )
        ]

    @property
    def others(self) -> str:
        """Who else reads what is written in it, in words."""
        return {self.Kind.PEER: "the other person", self.Kind.STAFF: "the team"}.get(self.Kind(self.kind), "the group")

    @property
    def topic(self) -> str:
        """What the room's members are told."""
        return f"room:{self.id}"

    @property
    def staff_topic(self) -> str:
        """What the room's staff are told beside it."""
        return f"room:{self.id}:staff"


class RoomPerson(models.Model):
    """One of the two people of a peer room. A group room's people are its cohort's members."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="peer_rooms")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "person"], name="room_person_once")]
