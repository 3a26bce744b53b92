"""A topic is an append-only log; whatever reaches a screen durably is a row here first."""

from django.db import models


class Topic(models.Model):
    """One audience, and the number of the last thing it was told."""

    key = models.CharField(primary_key=True, max_length=100)
    head = models.BigIntegerField(default=0)


class LogEntry(models.Model):
    """One thing a topic was told. `data` holds ids and states, never text or names."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="entries", db_index=False)
    """Leads the unique index below, and needs no other."""
    seq = models.BigIntegerField()
    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "seq"], name="log_topic_seq")]
