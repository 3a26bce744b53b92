"""A post, its receipt, and what was kept earlier and decides about it: repeated client ids, the rate, an answer."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
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


KNOWN_BY_JSON = (
    "SELECT kept.* FROM json_to_recordset(%s) AS asked (a uuid, r uuid, c text) CROSS JOIN LATERAL "
    "(SELECT id, author_id, room_id, cid, seq FROM groups_message "
    "WHERE author_id = asked.a AND room_id = asked.r AND cid = asked.c LIMIT 1) AS kept"
)
"""One value whatever the batch: a placeholder for each would cost more than the question."""


def statements(posts: Sequence[Post]) -> list[rows.Statement]:
    """Find what the authors' client ids gave before and, where a rate is set, how much of it each has used up."""
    found = [_known(posts)]
    if settings.POSTS_PER_MINUTE:
        authors = _as_kept("author", {one.person_id for one in posts})
        # No more than the limit is counted, however much somebody has written.
        people = ", ".join(["(%s)"] * len(authors))
        recent = (
            "SELECT one.column1, (SELECT COUNT(*) FROM (SELECT 1 FROM groups_message "  # noqa: S608
            "WHERE author_id = one.column1 AND written_at > %s LIMIT %s) AS few) "
            f"FROM (VALUES {people}) AS one"
        )
        since = Message._meta.get_field("written_at").get_db_prep_save(now() - timedelta(seconds=60), connection)
        found.append((recent, [since, settings.POSTS_PER_MINUTE, *authors]))
    return found


def _known(posts: Sequence[Post]) -> rows.Statement:
    """One row for each client id that was kept, looked up in its unique index however little the database knows."""
    if connection.vendor == "postgresql":
        asked = [{"a": str(one.person_id), "r": str(one.room_id), "c": one.cid} for one in posts]
        return KNOWN_BY_JSON, [json.dumps(asked)]
    listed = ", ".join(["(%s, %s, %s)"] * len(posts))
    who = _as_kept("author", (one.person_id for one in posts))
    where = _as_kept("room", (one.room_id for one in posts))
    sql = (
        "SELECT kept.id, kept.author_id, kept.room_id, kept.cid, kept.seq "  # noqa: S608  (placeholders only)
        f"FROM (VALUES {listed}) AS asked JOIN groups_message AS kept ON kept.author_id = asked.column1 "
        "AND kept.room_id = asked.column2 AND kept.cid = asked.column3"
    )
    return sql, [value for three in zip(who, where, (one.cid for one in posts), strict=True) for value in three]


def read(found: Sequence[list[tuple[Any, ...]]]) -> tuple[dict[tuple[UUID, UUID, str], Receipt], Counter[UUID]]:
    """What `statements` found: receipts by (author, room, client id), and messages of a minute by author."""
    kept, recent = found if settings.POSTS_PER_MINUTE else (found[0], [])
    before = {
        (UUID(str(author)), UUID(str(room)), cid): Receipt(
            UUID(str(identifier)), "published" if seq is not None else "held", seq
        )
        for identifier, author, room, cid, seq in kept
    }
    return before, Counter({UUID(str(author)): count for author, count in recent})


def _as_kept(field: str, ids: Iterable[UUID]) -> list[Any]:
    """Ids as the database has them in a column of messages."""
    column: Any = Message._meta.get_field(field)
    return [column.get_db_prep_save(one, connection) for one in ids]


def answerable(posts: Sequence[Post]) -> set[tuple[UUID, UUID]]:
    """(message, room) of what is answered and can be."""
    wanted = {one.reply_to for one in posts if one.reply_to is not None}
    if not wanted:
        return set()
    shown = Message.objects.filter(pk__in=wanted, state=Message.State.PUBLISHED).exclude(seq=None)
    return set(shown.values_list("pk", "room"))
