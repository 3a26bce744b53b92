"""Setting a programme's screening policy, what holds now, and how it came to be so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from groups.errors import Refused
from groups.models import Programme
from moderation.models import ScreenPolicy
from moderation.screening.policy import DEFAULT, Policy, kept
from moderation.services.policy_in_force import forget, newest
from peers.permissions import Permission
from peers.services.roles import allows, roles_at
from records import audit, sealing
from records.clock import now
from records.models import KeyOwner

KINDS = tuple(ScreenPolicy.RoomKind)
Tables = Mapping[ScreenPolicy.RoomKind, Policy]


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds now for each kind of room, and which setting was the last."""

    policies: Tables
    last: ScreenPolicy | None

    @property
    def seen(self) -> str:
        """What a form carries along, to notice that somebody else has changed it meanwhile."""
        return str(self.last.pk) if self.last else ""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting as it is read back: what it changed from what, and why."""

    row: ScreenPolicy
    before: Policy
    after: Policy
    reason: str
    counts: bool
    """Whether it is the one in force."""


def holding(programme: Programme) -> Holding:
    """What holds now, from the database."""
    rows = {kind: newest(programme.pk, kind) for kind in KINDS}
    policies = {kind: kept(row.table) if row else DEFAULT for kind, row in rows.items()}
    return Holding(policies, max((row for row in rows.values() if row), key=lambda row: row.set_at, default=None))


def change(*, programme: Programme, by: UUID, tables: Tables, reason: str, seen: str) -> list[ScreenPolicy]:
    """Set it; a row for each kind of room that differs. `seen` is `Holding.seen` as the person read it.

    Raises `Refused` without the right, without a reason, without a difference, or when it was changed meanwhile. A
    policy that breaks a floor cannot be made in the first place (`BadPolicy`).
    """
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=programme.pk)
        if not allows(roles_at(by, [programme.pk]), Permission.SCREEN_MANAGE):
            raise Refused("not_allowed", "Your role does not set this.")
        if not reason.strip():
            raise Refused("empty", "Write why; one sentence is enough.")
        held = holding(programme)
        if held.seen != seen:
            raise Refused("changed", "Somebody else changed the policy while this page was open.")
        different = [(kind, table) for kind, table in tables.items() if table != held.policies[kind]]
        if not different:
            raise Refused("same", "Nothing is different from what holds now.")
        at = _after(held.last)
        made = [_keep(programme, kind, table, by, at, reason.strip()) for kind, table in different]
        transaction.on_commit(lambda: forget(programme.pk))
        return made


def history(programme: Programme) -> QuerySet[ScreenPolicy]:
    """Every setting there was, newest first."""
    return ScreenPolicy.objects.filter(programme=programme).select_related("set_by").order_by("-set_at", "room_kind")


def as_changes(programme: Programme, rows: list[ScreenPolicy]) -> list[Change]:
    """Some of the history, each with what it changed."""
    found = []
    for row in rows:
        same = ScreenPolicy.objects.filter(programme=programme, room_kind=row.room_kind)
        before = same.filter(set_at__lt=row.set_at).order_by("-set_at").first()
        counts = not same.filter(set_at__gt=row.set_at).exists()
        found.append(
            Change(row, kept(before.table) if before else DEFAULT, kept(row.table), _reason(programme, row), counts)
        )
    return found


def _keep(
    programme: Programme, kind: ScreenPolicy.RoomKind, table: Policy, by: UUID, at: datetime, reason: str
) -> ScreenPolicy:
    made = ScreenPolicy(id=uuid4(), programme=programme, room_kind=kind, table=table.table(), set_by_id=by, set_at=at)
    made.reason_sealed = sealing.seal(_owner(programme), f"screen_policy:{made.pk}", reason)
    made.save(force_insert=True)
    detail: dict[str, Any] = {"room_kind": kind.value, "setting": str(made.pk), **table.table()}
    audit.record("screen.policy", "programme", programme.pk, actor=by, **detail)
    return made


def _after(last: ScreenPolicy | None) -> datetime:
    """Now, and later than the last one even if the clock was put back: the newest counts."""
    return max(now(), last.set_at + timedelta(microseconds=1)) if last else now()


def _owner(programme: Programme) -> sealing.Owner:
    return sealing.Owner(KeyOwner.SITE, programme.pk)


def _reason(programme: Programme, row: ScreenPolicy) -> str:
    try:
        return sealing.unseal(_owner(programme), f"screen_policy:{row.pk}", row.reason_sealed)
    except sealing.CannotOpen:
        return "The reason cannot be opened any more."
