"""How anything is kept: keys, the audit chain, and visits to what is sealed."""

import uuid

from django.db import models


class KeyOwner(models.TextChoices):
    """Whose words a data key seals (`site`: the audit chain's own key).

    Destroying a key destroys those words and nothing else.
    """

    ROOM = "room"
    PERSON = "person"
    CASE = "case"
    SITE = "site"


class DataKey(models.Model):
    """One AES-256 key for one room, person or case, itself wrapped by a site key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_kind = models.CharField(max_length=10, choices=KeyOwner.choices)
    owner_id = models.UUIDField()
    wrapped = models.BinaryField(null=True)
    wrapped_by = models.CharField(max_length=40, help_text="Id of the site key that wraps it.")
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_kind", "owner_id"], name="data_key_owner")]


class AuditRow(models.Model):
    """One read or write of health information, written in the transaction it describes. Only grows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True, help_text="Who did it; null for the system itself.")
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    person_id = models.UUIDField(null=True, help_text="Whose health information it is, where it is one person's.")
    detail = models.JSONField(default=dict, help_text="Ids, states and reasons codes; never text or names.")

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="audit_subject"),
            models.Index(fields=["person_id", "at"], name="audit_person"),
        ]


class AuditLink(models.Model):
    """A row's place in the chain. Rows and links both only grow, and no commit waits for another."""

    seq = models.BigIntegerField(primary_key=True)
    row = models.OneToOneField(AuditRow, on_delete=models.PROTECT, related_name="link")
    hash = models.BinaryField(max_length=32)


class ReadVisit(models.Model):
    """One person looking at one topic: the first and last seq actually sent, closed on leaving."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor_id = models.UUIDField()
    topic = models.CharField(max_length=100)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    first_seq = models.BigIntegerField(null=True)
    last_seq = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["topic", "opened_at"], name="visit_topic")]
