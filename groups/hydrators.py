"""From the ids a log keeps to what is told: many at once, visible as of now."""

from collections.abc import Iterable, Sequence
from typing import Literal, cast
from uuid import UUID

from groups.authors import authors_in, names
from groups.events import (
    Author,
    Marked,
    MessageFindings,
    MessageHeld,
    MessagePosted,
    MessageRestored,
    MessageUnveiled,
    Typing,
)
from groups.models import Message
from groups.services.marking import held_for, marks_of
from groups.services.messages import State, text_of
from groups.veil import spans, veil
from live.events import Event, Kept, hydrates, plain

ShownState = Literal["published", "hidden", "withdrawn"]
HeldState = Literal["held", "published", "hidden", "withdrawn"]


@hydrates(MessagePosted)
def posted(kept: Sequence[Kept]) -> Sequence[Event]:
    """Messages as peers may read them now."""
    messages = _messages(item["id"] for item in kept)
    texts = text_of(message for message in messages.values() if message.state == State.PUBLISHED)
    authors = authors_of(messages.values())
    return [
        posted_now(message, texts.get(message.pk), authors[message.room_id, message.author_id])
        for message in (messages[UUID(item["id"])] for item in kept)
    ]


@hydrates(MessageHeld)
def held(kept: Sequence[Kept]) -> Sequence[Event]:
    """Held messages, for staff and for their author."""
    messages = _messages(item["id"] for item in kept)
    texts = text_of(messages.values())
    authors, marks = authors_of(messages.values()), marks_of(messages)
    return [
        MessageHeld(
            id=item["id"],
            room=str(message.room_id),
            author=authors[message.room_id, message.author_id],
            text=texts[message.pk],
            reply_to=str(message.reply_to_id) if message.reply_to_id else None,
            written_at=plain(message.written_at),
            state=cast(HeldState, message.state),
            severity=item["severity"],
            spans=item["spans"],
            cid=message.cid,
            held_for=held_for(marks.get(message.pk)),
        )
        for item in kept
        for message in [messages[UUID(item["id"])]]
    ]


@hydrates(MessageUnveiled)
def unveiled(kept: Sequence[Kept]) -> Sequence[Event]:
    """Whole texts, for staff and the author."""
    messages = _messages(item["id"] for item in kept)
    texts = text_of(messages.values())
    return [
        MessageUnveiled(id=item["id"], text=texts[key], veils=spans(texts[key], messages[key].veils))
        for item in kept
        for key in [UUID(item["id"])]
    ]


@hydrates(MessageFindings)
def marked(kept: Sequence[Kept]) -> Sequence[Event]:
    """What the screen saw, for staff; nothing where it is not kept any more."""
    marks = marks_of(UUID(item["id"]) for item in kept)
    found = [(item, marks.get(UUID(item["id"]))) for item in kept]
    return [
        MessageFindings(
            id=item["id"], room=item["room"], findings=[Marked(**one) for one in mark.findings] if mark else []
        )
        for item, mark in found
    ]


@hydrates(MessageRestored)
def restored(kept: Sequence[Kept]) -> Sequence[Event]:
    """Messages that are back, as peers may read them now."""
    messages = _messages(item["id"] for item in kept)
    texts = text_of(message for message in messages.values() if message.state == State.PUBLISHED)
    told = []
    for item in kept:
        message = messages[UUID(item["id"])]
        text, marks = veil(texts.get(message.pk, ""), message.veils)
        told.append(MessageRestored(id=item["id"], room=item["room"], text=text, veils=marks))
    return told


@hydrates(Typing)
def typing(kept: Sequence[Kept]) -> Sequence[Event]:
    """Somebody writes: their name."""
    known = names(item["person"] for item in kept)
    return [Typing(room=item["room"], person=item["person"], name=known.get(item["person"], "")) for item in kept]


def authors_of(messages: Iterable[Message]) -> dict[tuple[UUID, UUID], Author]:
    """The author of each message by (room, author), as its room knows them."""
    return authors_in((message.room_id, message.author_id) for message in messages)


def posted_now(message: Message, text: str | None, author: Author) -> MessagePosted:
    """A message as peers may read it; `text` is None for one they may not."""
    text, marks = ("", []) if text is None else veil(text, message.veils)
    return MessagePosted(
        id=str(message.pk),
        room=str(message.room_id),
        author=author,
        text=text,
        veils=marks,
        reply_to=str(message.reply_to_id) if message.reply_to_id else None,
        written_at=plain(message.written_at),
        state=cast(ShownState, message.state),
        cid=message.cid,
    )


def _messages(ids: Iterable[str]) -> dict[UUID, Message]:
    found = Message.objects.filter(pk__in=list(ids)).select_related("room")
    return {message.pk: message for message in found}
