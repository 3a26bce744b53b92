"""What the screen said of one message: a row of its own, since most messages have none and should cost no more."""

from django.db import models

from groups.gate import HeldFor


class Mark(models.Model):
    """Why a person has to look at a message: flagged or held. Rules and offsets, never text."""

    message = models.OneToOneField("groups.Message", on_delete=models.CASCADE, primary_key=True, related_name="mark")
    # The message's own: whether the screen is down in a room is asked of these rows alone, however long its history.
    room = models.ForeignKey("groups.Room", on_delete=models.CASCADE, related_name="+", db_index=False)
    findings = models.JSONField(
        default=list, help_text="[{rule, lane, severity, start, end}] that the room's staff are told; often empty."
    )
    screen_down = models.BooleanField(default=False, help_text="Held because the gate failed: nobody could look.")
    contact_only = models.BooleanField(
        default=False, help_text="Nothing but a way to reach somebody outside was found: its author is told so."
    )
    kept_back_at = models.DateTimeField(
        null=True, help_text="When somebody had read it, held as it was, and decided that it stays so."
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["room", "at"], name="mark_of_room")]

    @property
    def held_for(self) -> HeldFor:
        """Why it is held, if it is."""
        if self.kept_back_at is not None:
            return "kept_back"
        if self.screen_down:
            return "screen_down"
        return "contact" if self.contact_only else "waiting"
