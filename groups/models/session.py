"""One meeting of a cohort: its phase, who leads, whose turn it is."""

import uuid

from django.db import models


class Session(models.Model):
    """The graph of states is declared in `groups/services/phases.py`, which alone moves it."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled"
        LOBBY = "lobby"
        OPENING = "opening"
        CHECK_IN = "check_in", "check-in round"
        WORK = "work"
        CLOSING_ROUND = "closing_round", "closing round"
        ENDED = "ended"
        PAUSED = "paused"
        CANCELLED = "cancelled"

    LIVE = (State.LOBBY, State.OPENING, State.CHECK_IN, State.WORK, State.CLOSING_ROUND, State.PAUSED)
    """The states in which a session is live; a cohort has at most one such session (database constraint)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey("groups.Cohort", on_delete=models.PROTECT, related_name="sessions")
    slot = models.ForeignKey("groups.ScheduleSlot", on_delete=models.SET_NULL, null=True, related_name="sessions")
    slot_on = models.DateField(
        null=True, help_text="The programme's local day it was made for; stays when the session is moved."
    )
    title = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    plan = models.JSONField(default=list, help_text='[{"phase", "minutes"}] in order, from the cohort when made.')
    lead = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    co_lead = models.ForeignKey("peers.User", on_delete=models.PROTECT, null=True, related_name="+")
    leading = models.ForeignKey(
        "peers.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who leads now: the lead, or the co-lead once handed over.",
    )
    state = models.CharField(max_length=15, choices=State.choices, default=State.SCHEDULED)
    state_since = models.DateTimeField(null=True)
    phase_since = models.DateTimeField(
        null=True, help_text="When the phase began, moved on by the length of its pauses: what its plan counts from."
    )
    paused_from = models.CharField(max_length=15, blank=True, help_text="The phase a pause returns to.")
    paused_reason = models.CharField(max_length=15, blank=True, help_text="`lead` or `unstaffed`.")
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lead_seen_at = models.DateTimeField(
        null=True, help_text="Null until the lead's first socket: the absent-lead rule starts then."
    )
    staff_due_at = models.DateTimeField(
        null=True, db_index=True, help_text="When the absent-lead rule is next looked at."
    )
    overtime_told_at = models.DateTimeField(null=True, help_text="When staff were told the window had passed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "starts_at"], name="session_once"),
            models.UniqueConstraint(fields=["slot", "slot_on"], name="session_once_a_day"),
            models.UniqueConstraint(
                fields=["cohort"],
                condition=models.Q(state__in=["lobby", "opening", "check_in", "work", "closing_round", "paused"]),
                name="one_live_session",
            ),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at"], name="session_cohort")]


class Turn(models.Model):
    """A person's place in the check-in round."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SPEAKING = "speaking"
        DONE = "done"
        PASSED = "passed"
        LATER = "later", "come back to"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="turns")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="turn_once"),
            models.UniqueConstraint(fields=["session"], condition=models.Q(state="speaking"), name="one_speaks"),
        ]


class Hand(models.Model):
    """A raised hand, until it is lowered or answered."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="hands")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    lowered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], condition=models.Q(lowered_at=None), name="hand_once")
        ]


class Farewell(models.Model):
    """How each person of a session was seen off: closed, passed or handed off. Ending waits for everybody's."""

    class State(models.TextChoices):
        CLOSED = "closed"
        PASSED = "passed"
        HANDED_OFF = "handed_off", "handed off"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="farewells")
    person = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    by = models.ForeignKey("peers.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="farewell_once")]


class RefusedSession(models.Model):
    """A weekly session that could not be made, and why. Gone once it is made; until then staff are told."""

    slot = models.ForeignKey("groups.ScheduleSlot", on_delete=models.CASCADE, related_name="refused")
    slot_on = models.DateField()
    starts_at = models.DateTimeField()
    reason = models.CharField(max_length=200, help_text="In a schedule guard's words, for staff.")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "slot_on"], name="refused_once")]
