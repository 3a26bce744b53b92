"""What a new message tells: the members, or while it is held only the room's staff and its author."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from groups.events import HomeChanged, MessageHeld, MessagePosted, MessageUnveiled
from groups.gate import Verdict
from groups.hydrators import posted_now
from groups.models import Message, Room
from groups.services.known_rooms import KnownRoom
from groups.services.marking import has_findings, told_of
from live import log
from live.events import Event, plain
from records import rows

New = tuple[Message, str, Verdict, KnownRoom]
"""A message that is not saved yet, its text, what the gate made of it, and its room."""


def tell_new(new: Sequence[New], held: Mapping[str, int], later: list[rows.Write]) -> None:
    """Give each shown message its place in its room and tell everybody concerned.

    `held` are the locked heads; what is to be written is put into `later` (see `live.log.tell_all`).
    """
    told: list[log.Told] = []
    fresh: dict[int, Event] = {}
    places: dict[UUID, int] = {}
    for message, text, verdict, known in new:
        if message.state == Message.State.HELD:
            told += _held(message, verdict)
            continue
        places[message.pk] = len(told)
        fresh[len(told)] = posted_now(message, text, known.author(message.author_id))
        told += _posted(message)
    seqs = log.tell_all(told, fresh, held, later)
    for message, *_ in new:
        if message.pk in places:
            message.seq = seqs[places[message.pk]]


def tell_posted(message: Message) -> None:
    """Give a released message its place in its room and tell its members; call under the room's lock."""
    message.seq = log.tell_all([*_posted(message), *_marked(message)])[0]
    message.save(update_fields=["seq"])


def told_whole(message: Message) -> list[log.Told]:
    """What those who read the whole of a message are told once more when its text comes back."""
    return [*_unveiled(message), *_marked(message)]


def _posted(message: Message) -> list[log.Told]:
    """What a message that is shown tells; its place in the room comes first."""
    room, kept = message.room, {"id": str(message.pk)}
    told: list[log.Told] = [(room.topic, MessagePosted, kept)]
    told += _unveiled(message)
    if room.kind == Room.Kind.PEER:
        others = room.people.exclude(person=message.author_id).values_list("person", flat=True)
        told += [(f"person:{other}", HomeChanged, {"what": "message"}) for other in others]
    return told


def _unveiled(message: Message) -> list[log.Told]:
    if not message.veils:
        return []
    topics, kept = (message.room.staff_topic, f"person:{message.author_id}"), {"id": str(message.pk)}
    return [(topic, MessageUnveiled, kept) for topic in topics]


def _marked(message: Message) -> list[log.Told]:
    return [told_of(message)] if has_findings(message) else []


def _held(message: Message, verdict: Verdict) -> list[log.Told]:
    """What a held message tells: the room's staff and the author, nobody else."""
    spans = [[finding.start, finding.end] for finding in verdict.findings if finding.alerts]
    staff = {"id": str(message.pk), "severity": verdict.severity, "spans": spans}
    author: dict[str, object] = {"id": str(message.pk), "severity": None, "spans": []}
    return [
        (message.room.staff_topic, MessageHeld, plain(staff)),
        (f"person:{message.author_id}", MessageHeld, author),
    ]
