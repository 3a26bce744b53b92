"""Two people agree to write to each other: invite, accept, silently decline, end. `groups` owns the room."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from peers.models import Block, Connection
from records import audit, domain
from records.clock import now

State = Connection.State


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionAccepted(domain.DomainEvent):
    """Both agreed."""

    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEnded(domain.DomainEvent):
    """It is over, for whatever reason; nobody is told whose."""

    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInvited(domain.DomainEvent):
    """Somebody was invited to write."""

    person_id: UUID


def invite(*, scope: UUID, inviter: UUID, invitee: UUID) -> None:
    """Invite somebody to write. Looks the same whether they will ever see it: a block stays unknown."""
    with transaction.atomic():
        if inviter == invitee or _open_between(scope, inviter, invitee).exists():
            return
        try:
            with transaction.atomic():
                Connection.objects.create(scope=scope, inviter_id=inviter, invitee_id=invitee, invited_at=now())
        except IntegrityError:
            return
        audit.record("connection.invite", "person", invitee, actor=inviter)
        if not blocked(inviter, invitee):
            domain.publish(PersonInvited(person_id=invitee))


def answer(*, connection_id: UUID, person_id: UUID, accept: bool) -> Connection | None:
    """Accept, or decline without a word to the inviter. None if there is nothing for this person to answer."""
    with transaction.atomic():
        found = (
            Connection.objects.select_for_update()
            .filter(pk=connection_id, invitee=person_id, state=State.INVITED)
            .first()
        )
        if found is None or blocked(found.inviter_id, found.invitee_id):
            return None
        found.state, found.answered_at = State.ACCEPTED if accept else State.DECLINED, now()
        found.save(update_fields=["state", "answered_at"])
        audit.record("connection.answer", "connection", found.pk, actor=person_id, accepted=accept)
        if accept:
            domain.publish(ConnectionAccepted(connection=found))
        return found


def end(*, connection_id: UUID, by: UUID) -> None:
    """End it. The other is not told who did."""
    with transaction.atomic():
        mine = Connection.objects.select_for_update().filter(Q(inviter=by) | Q(invitee=by), pk=connection_id)
        _end(mine.filter(state=State.ACCEPTED).first(), by)


def block(*, person_id: UUID, other_id: UUID) -> None:
    """Nothing more between the two: ends what there is, keeps new invitations away, tells nobody."""
    if person_id == other_id:
        return
    with transaction.atomic():
        Block.objects.get_or_create(person_id=person_id, other_id=other_id, lifted_at=None, defaults={"made_at": now()})
        audit.record("connection.block", "person", other_id, actor=person_id)
        for found in _between(person_id, other_id).filter(state=State.ACCEPTED):
            _end(found, person_id)


def lift_block(*, person_id: UUID, other_id: UUID) -> None:
    """Take a block back. Nothing opens again by itself."""
    with transaction.atomic():
        Block.objects.filter(person=person_id, other=other_id, lifted_at=None).update(lifted_at=now())
        audit.record("connection.unblock", "person", other_id, actor=person_id)


def end_all_in(*, scope: UUID, person_id: UUID) -> None:
    """Somebody left a cohort: whatever they had open there ends."""
    with transaction.atomic():
        mine = Connection.objects.filter(Q(inviter=person_id) | Q(invitee=person_id), scope=scope)
        for found in mine.filter(state=State.ACCEPTED):
            _end(found, None)
        mine.filter(state=State.INVITED).update(state=State.ENDED, ended_at=now())


def blocked(one: UUID, other: UUID) -> bool:
    """Whether either blocked the other."""
    pair = Q(person=one, other=other) | Q(person=other, other=one)
    return Block.objects.filter(pair, lifted_at=None).exists()


def _between(one: UUID, other: UUID) -> QuerySet[Connection]:
    return Connection.objects.filter(Q(inviter=one, invitee=other) | Q(inviter=other, invitee=one))


def _open_between(scope: UUID, one: UUID, other: UUID) -> QuerySet[Connection]:
    return _between(one, other).filter(scope=scope, state__in=[State.INVITED, State.ACCEPTED])


def _end(found: Connection | None, by: UUID | None) -> None:
    if found is None:
        return
    found.state, found.ended_at = State.ENDED, now()
    found.save(update_fields=["state", "ended_at"])
    audit.record("connection.end", "connection", found.pk, actor=by)
    domain.publish(ConnectionEnded(connection=found))
