"""A post, its receipt, and what was kept earlier and decides about it: repeated client ids, the rate, an answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from groups.models import Message
from records import rows
from records.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Somebody wants to say something in a room."""

    person_id: UUID
    room_id: UUID
    cid: str
    """The client's own id of it: the same again gives the same receipt."""
    text: str
    reply_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A post was kept: `state` is published or held, `seq` its place in the room or None while it has none."""

    message_id: UUID
    state: str
    seq: int | None


def statements(posts: Sequence[Post]) -> list[rows.Statement]:
    """Find what the authors' client ids gave before, and how many messages each had kept within a minute."""
    authors, cids = _authors(posts), [one.cid for one in posts]
    since = Message._meta.get_field("written_at").get_db_prep_save(now() - timedelta(seconds=60), connection)
    return [
        (
            "SELECT id, author_id, room_id, cid, seq FROM groups_message "  # noqa: S608  (placeholders only)
            f"WHERE author_id IN ({rows.marks(authors)}) AND cid IN ({rows.marks(cids)})",
            [*authors, *cids],
        ),
        (
            "SELECT author_id, COUNT(*) FROM groups_message "  # noqa: S608  (placeholders only)
            f"WHERE author_id IN ({rows.marks(authors)}) AND written_at > %s GROUP BY author_id",
            [*authors, since],
        ),
    ]


def read(found: Sequence[list[tuple[Any, ...]]]) -> tuple[dict[tuple[UUID, UUID, str], Receipt], Counter[UUID]]:
    """What `statements` found: receipts by (author, room, client id), and messages of a minute by author."""
    kept, recent = found
    before = {
        (UUID(str(author)), UUID(str(room)), cid): Receipt(
            UUID(str(identifier)), "published" if seq is not None else "held", seq
        )
        for identifier, author, room, cid, seq in kept
    }
    return before, Counter({UUID(str(author)): count for author, count in recent})


def _authors(posts: Sequence[Post]) -> list[Any]:
    """The authors of a batch as the database has them."""
    author = Message._meta.get_field("author")
    return [author.get_db_prep_save(person, connection) for person in {one.person_id for one in posts}]


def answerable(posts: Sequence[Post]) -> set[tuple[UUID, UUID]]:
    """(message, room) of what is answered and can be."""
    wanted = {one.reply_to for one in posts if one.reply_to is not None}
    if not wanted:
        return set()
    shown = Message.objects.filter(pk__in=wanted, state=Message.State.PUBLISHED).exclude(seq=None)
    return set(shown.values_list("pk", "room"))
