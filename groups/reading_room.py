"""What a room's page shows: messages as this reader may see them, as plain values for one template."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from groups.access import RoomAccess
from groups.authors import authors_in
from groups.events import Author
from groups.marks import Label, Piece, labels, pieces
from groups.models import Message
from groups.services.marking import held_for, marks_of
from groups.services.messages import State, text_of
from groups.veil import veil
from records.sealing import CannotOpen

PAGE = 50


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
    whole: bool
    """Whether this reader reads all of it: its author and the room's staff."""
    parts: Sequence[Piece]
    """The words. Those who read the whole see where it is veiled and marked; for peers `veiled` ones are a pill."""
    labels: Sequence[Label]
    """For those who read the whole: what its marks say."""
    veiled_for_peers: bool
    held_for: str
    """Why its author alone sees it: `waiting` to be read, `contact`, `screen_down`, `kept_back`; else empty."""
    written_at: datetime
    shown_at: datetime | None
    answers: str
    """The first words of the message this one answers, as this reader may see them."""

    @property
    def late(self) -> bool:
        """Whether it was held first and shown a while after it was written."""
        return _late(self.written_at, self.shown_at)


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
    texts |= _hidden(row for row in rows if row.state == State.HIDDEN and (staff or row.author_id == reader))
    authors = authors_in((row.room_id, row.author_id) for row in rows)
    # For a participant only what they wait for has a mark: nothing the screen found is on their page.
    marks = marks_of(row.pk for row in rows if staff or row.state == State.HELD)
    shown: list[Shown] = []
    above: Message | None = None
    for row in rows:
        mark, mine = marks.get(row.pk), row.author_id == reader
        whole, text = row.pk in texts and (staff or mine), texts.get(row.pk, "")
        veils = row.veils if row.state == State.PUBLISHED else []  # while nobody sees it nothing is veiled yet
        found = mark.findings if mark is not None and staff and not mine else []
        shown.append(
            Shown(
                id=row.pk,
                seq=row.seq,
                author=authors[row.room_id, row.author_id],
                mine=mine,
                follows=above is not None
                and above.author_id == row.author_id
                and (row.written_at - above.written_at).total_seconds() < 300
                and not _late(row.written_at, row.shown_at)  # who reads it has to see when it was written
                and row.reply_to_id is None,
                state=row.state,
                whole=whole,
                parts=pieces(text, veils, found) if whole else _for_peers(text, row.veils),
                labels=labels(text, veils, found, others=row.room.others) if whole else [],
                veiled_for_peers=bool(row.veils),
                held_for=held_for(mark) if row.state == State.HELD else "",
                written_at=row.written_at,
                shown_at=row.shown_at,
                answers=_answers(row.reply_to, texts, reader, staff=staff),
            )
        )
        above = row
    return shown


def _late(written_at: datetime, shown_at: datetime | None) -> bool:
    return shown_at is not None and (shown_at - written_at).total_seconds() > 5


def _hidden(rows: Iterable[Message]) -> dict[UUID, str]:
    """Hidden messages of those who read them still; one that cannot be opened any more is left out."""
    found: dict[UUID, str] = {}
    for row in rows:
        with suppress(CannotOpen):
            found |= text_of([row])
    return found


def _answers(row: Message | None, texts: dict[UUID, str], reader: UUID, *, staff: bool) -> str:
    if row is None or row.state != State.PUBLISHED or row.pk not in texts:
        return ""
    whole = staff or row.author_id == reader
    text = texts[row.pk] if whole else veil(texts[row.pk], row.veils)[0]
    return text if len(text) <= 90 else text[:89] + "…"


def _for_peers(text: str, veils: Sequence[Sequence[int]]) -> list[Piece]:
    veiled, marks = veil(text, veils)
    parts, done = [], 0
    for start, end in marks:
        parts += [Piece(veiled[done:start]), Piece("detail veiled", veiled=True)]
        done = end
    return [part for part in [*parts, Piece(veiled[done:])] if part.text]
