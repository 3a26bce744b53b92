"""A flag says something; a case gathers what was said about one subject in one lane."""

import uuid

from django.db import models

from moderation.models.severity import Lane, Severity


class Case(models.Model):
    """At most one open for each subject and lane; every corroborating flag joins it."""

    class Subject(models.TextChoices):
        MESSAGE = "message"
        PERSON = "person"
        ROOM = "room"

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True, help_text="What people call it by.")
    subject_kind = models.CharField(max_length=10, choices=Subject.choices)
    subject_id = models.UUIDField()
    lane = models.CharField(max_length=10, choices=Lane.choices)
    person = models.ForeignKey(
        "peers.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whose words or state it is about.",
    )
    cohort = models.ForeignKey("groups.Cohort", on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey("groups.Room", on_delete=models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey("groups.Message", on_delete=models.PROTECT, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When a person must have looked, by the policy for its severity.")
    claimed_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    first_acted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "lane"],
                condition=models.Q(state="open"),
                name="case_open_once",
            )
        ]
        indexes = [models.Index(fields=["state", "-severity", "due_at"], name="case_queue")]


class Flag(models.Model):
    """Somebody, or the screen, said: look at this. Who it was is never shown to the person it is about."""

    class Source(models.TextChoices):
        MEMBER = "member"
        FACILITATOR = "facilitator"
        SCREEN = "screen"
        SELF = "self", "the person themselves"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="flags")
    source = models.CharField(max_length=12, choices=Source.choices)
    reporter = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, help_text="Code from `moderation/reasons.py`.")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    note_sealed = models.BinaryField(null=True, help_text="The reporter's words, sealed with the case's key.")
    findings = models.JSONField(
        default=list, help_text="Of the screen: rule, version, category, scope, offsets. No text."
    )
    cid = models.CharField(max_length=64, blank=True, help_text="Client id of a refused post, so its retry flags once.")
    at = models.DateTimeField()


class Evidence(models.Model):
    """The words as they stood, sealed with the case's key; survives edit, withdrawal and the room's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    message_id = models.UUIDField(null=True, help_text="Null for words that were refused and never became a message.")
    author = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    veils = models.JSONField(default=list)
    written_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "message_id"], condition=~models.Q(message_id=None), name="evidence_once"
            )
        ]


class CaseEntry(models.Model):
    """One line of a case's timeline. Only grows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(
        max_length=30,
        help_text="`flagged`, `claimed`, `decided`, `reversed`, `raised`, `withdrawn`, `note` …",
    )
    data = models.JSONField(default=dict, help_text="Ids, codes and states.")
    note_sealed = models.BinaryField(null=True, help_text="Sealed with the case's key.")


class Looking(models.Model):
    """Who has a case open on their screen now."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="looking")
    person = models.ForeignKey("peers.User", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="looking_once")]
