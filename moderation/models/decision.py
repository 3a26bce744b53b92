"""One decision, its reversible measures, and the word that reaches author and reporter once."""

import uuid

from django.db import models


class Decision(models.Model):
    """What a person decided about a case. Reversing it is itself recorded."""

    class Verb(models.TextChoices):
        DISMISS = "dismiss"
        HIDE = "hide"
        RESTORE = "restore"
        RELEASE = "release"
        ESCALATE = "escalate"
        CLOSE = "close"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=10, choices=Verb.choices)
    by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason_sealed = models.BinaryField(null=True, help_text="Sealed with the case's key.")
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")


class Measure(models.Model):
    """One reversible act of a decision: what was done, to what, and what undoes it."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=20, help_text="`hide`, `restore`, `release`, `escalate`, `close`.")
    target_id = models.UUIDField()
    before = models.JSONField(default=dict, help_text="The state a reversal returns to.")
    reversed_at = models.DateTimeField(null=True)


class Notice(models.Model):
    """Word to one person about one case, in human words, once. Shown on their home and pushed if they are there."""

    class Kind(models.TextChoices):
        AUTHOR_HIDDEN = "author_hidden"
        AUTHOR_RESTORED = "author_restored"
        AUTHOR_RELEASED = "author_released"
        AUTHOR_KEPT_BACK = "author_kept_back"
        REPORTER_SEEN = "reporter_seen"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("peers.User", on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "decision", "kind"], name="notice_once")]
