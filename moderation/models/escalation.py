"""What is dangerous reaches a named clinician, and goes on to the next until a human answers."""

import uuid

from django.db import models

from moderation.models.severity import Severity


class OnCall(models.Model):
    """Who answers at one rung of a programme's ladder from one moment to another."""

    class Rung(models.IntegerChoices):
        CLINICIAN = 1, "on-call clinician"
        BACK_UP = 2, "back-up clinician"
        SUPERVISOR = 3, "supervisor"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("groups.Programme", on_delete=models.CASCADE, related_name="on_call")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField(choices=Rung.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "starts_at"], name="on_call_window")]


class Escalation(models.Model):
    """The graph of states is declared in `moderation/escalation/states.py`. No state means "gave up"."""

    class State(models.TextChoices):
        TRIGGERED = "triggered"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"

    class Kind(models.TextChoices):
        MESSAGE = "message", "something written"
        HELP = "help", "asked for help"
        CONCERN = "concern", "somebody is worried"
        UNSTAFFED = "unstaffed", "a room without staff"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    case = models.ForeignKey("moderation.Case", on_delete=models.PROTECT, null=True, related_name="escalations")
    person = models.ForeignKey(
        "peers.User", on_delete=models.PROTECT, null=True, related_name="+", help_text="Who it is about."
    )
    cohort = models.ForeignKey("groups.Cohort", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey("groups.Session", on_delete=models.PROTECT, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    state = models.CharField(max_length=15, choices=State.choices, default=State.TRIGGERED)
    policy = models.JSONField(help_text="The ladder and the clocks as they stood when it fired.")
    triggered_at = models.DateTimeField()
    triggered_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    ack_due_at = models.DateTimeField()
    step = models.PositiveIntegerField(
        default=0, help_text="The rung of this round that is paged next; past the last one a new round begins."
    )
    next_page_at = models.DateTimeField(null=True, db_index=True, help_text="The due row the worker claims.")
    page_failures = models.PositiveSmallIntegerField(default=0, help_text="How often in a row paging it has failed.")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    disposition = models.CharField(max_length=30, blank=True)
    note_sealed = models.BinaryField(null=True, help_text="Sealed with the case's key, or the person's.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~models.Q(state="resolved") & ~models.Q(case=None),
                name="escalation_open_once",
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=~models.Q(state="resolved") & models.Q(kind="unstaffed"),
                name="unstaffed_open_once",
            ),
        ]


class Page(models.Model):
    """One step of one escalation to one person: the unique step is why two workers never page twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="pages")
    step = models.PositiveIntegerField()
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField(help_text="0: the live room's lead.")
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, help_text="Null: its mail has not gone out.")
    mail_due_at = models.DateTimeField(null=True, db_index=True, help_text="The due row the worker claims; null: none.")
    mail_tries = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["escalation", "step", "person"], name="page_once")]


class EscalationEntry(models.Model):
    """One line of "so far": what happened and when. Only grows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=30)
    data = models.JSONField(default=dict)
    note_sealed = models.BinaryField(null=True)


class WorkerBeat(models.Model):
    """When a worker last went round, so that its lateness can be seen by another road."""

    name = models.CharField(primary_key=True, max_length=80)
    at = models.DateTimeField()
