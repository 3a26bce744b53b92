"""What a room's page shows: messages as this reader may see them, as plain values for one template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from groups.access import RoomAccess
from groups.authors import authors_in
from groups.events import Author
from groups.models import Message
from groups.services.messages import State, text_of
from groups.veil import veil

PAGE = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text; `veiled` ones show a pill instead."""

    text: str
    veiled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as one reader sees it."""

    id: UUID
    seq: int | None
    author: Author
    mine: bool
    follows: bool
    """Same author as the message above, shortly after: name and initial are not repeated."""
    state: str
    parts: Sequence[Part]
    veiled_for_peers: bool
    written_at: datetime
    shown_at: datetime | None
    answers: str
    """The first words of the message this one answers, as this reader may see them."""

    @property
    def late(self) -> bool:
        """Whether it was held first and shown a while after it was written."""
        return self.shown_at is not None and (self.shown_at - self.written_at).total_seconds() > 5


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages in order, and whether there are older ones."""

    messages: Sequence[Shown]
    older: int | None
    """`before` of the next older page; None at the beginning."""

    @property
    def span(self) -> tuple[int | None, int | None]:
        """First and last seq shown."""
        seqs = [message.seq for message in self.messages if message.seq is not None]
        return (seqs[0], seqs[-1]) if seqs else (None, None)


def page(access: RoomAccess, reader: UUID, *, before: int | None = None, size: int = PAGE) -> Page:
    """The newest messages of a room before a seq, oldest first; the reader's own held ones come last on the newest."""
    placed = Message.objects.filter(room=access.room).exclude(seq=None)
    if before is not None:
        placed = placed.filter(seq__lt=before)
    rows = list(_with_people(placed).order_by("-seq")[: size + 1])
    older = rows[size - 1].seq if len(rows) > size else None
    rows = list(reversed(rows[:size]))
    if before is None:
        held = Message.objects.filter(room=access.room, author=reader, seq=None, state=State.HELD)
        rows += list(_with_people(held).order_by("written_at"))
    return Page(_shown(rows, reader, staff=access.is_staff), older)


def _with_people(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("author", "room", "reply_to")


def _shown(rows: Sequence[Message], reader: UUID, *, staff: bool) -> list[Shown]:
    answered = [row.reply_to for row in rows if row.reply_to is not None]
    texts = text_of(row for row in [*rows, *answered] if row.state in (State.PUBLISHED, State.HELD))
    authors = authors_in((row.room_id, row.author_id) for row in rows)
    shown: list[Shown] = []
    above: Message | None = None
    for row in rows:
        whole = staff or row.author_id == reader
        shown.append(
            Shown(
                id=row.pk,
                seq=row.seq,
                author=authors[row.room_id, row.author_id],
                mine=row.author_id == reader,
                follows=above is not None
                and above.author_id == row.author_id
                and (row.written_at - above.written_at).total_seconds() < 300
                and row.reply_to_id is None,
                state=row.state,
                parts=_parts(texts.get(row.pk, ""), [] if whole else row.veils),
                veiled_for_peers=bool(row.veils),
                written_at=row.written_at,
                shown_at=row.shown_at,
                answers=_answers(row.reply_to, texts, reader, staff=staff),
            )
        )
        above = row
    return shown


def _answers(row: Message | None, texts: dict[UUID, str], reader: UUID, *, staff: bool) -> str:
    if row is None or row.state != State.PUBLISHED or row.pk not in texts:
        return ""
    whole = staff or row.author_id == reader
    text = texts[row.pk] if whole else veil(texts[row.pk], row.veils)[0]
    return text if len(text) <= 90 else text[:89] + "…"


def _parts(text: str, veils: Sequence[Sequence[int]]) -> list[Part]:
    if not veils:
        return [Part(text)]
    veiled, marks = veil(text, veils)
    parts, done = [], 0
    for start, end in marks:
        parts += [Part(veiled[done:start]), Part("detail veiled", veiled=True)]
        done = end
    return [part for part in [*parts, Part(veiled[done:])] if part.text]
