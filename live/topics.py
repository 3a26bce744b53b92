"""What the domain apps tell `live` about topics: who may follow one, and what to do when somebody comes or goes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol
from uuid import UUID

May = Callable[[UUID, str], bool]


class Follower(Protocol):
    """A socket, as a hook sees it: whose it is, what it was sent, what handlers keep with it."""

    user_id: UUID
    seen: dict[str, tuple[int, int]]
    """First and last seq it was sent, by topic that it followed."""
    state: dict[str, Any]


Hook = Callable[[Follower, str], Awaitable[None]]
BeatHook = Callable[[Sequence[tuple[UUID, str]]], Awaitable[None]]
ToldHook = Callable[[dict[str, Any], Sequence[UUID]], Awaitable[None]]

_may: dict[str, May] = {}
JOIN_HOOKS: list[Hook] = []
LEAVE_HOOKS: list[Hook] = []
UNFOLLOW_HOOKS: list[Hook] = []
BEAT_HOOKS: list[BeatHook] = []
TOLD_HOOKS: dict[str, list[ToldHook]] = {}


def kind_of(topic: str) -> str:
    """The kind of a topic by its key: `room:ID` is a `room`, `room:ID:staff` a `staff`; so are `person` and `desk`."""
    parts = topic.split(":")
    return parts[2] if len(parts) > 2 else parts[0]


def id_of(topic: str) -> UUID:
    """The id within a topic's key. Raises `ValueError` if it has none."""
    return UUID(topic.split(":")[1])


def authorises(kind: str) -> Callable[[May], May]:
    """Declare who may follow topics of a kind: asked at joining by the command itself, and again at every recheck."""

    def declare(may: May) -> May:
        _may[kind] = may
        return may

    return declare


def may_follow(person_id: UUID, topic: str) -> bool:
    """Whether this person may follow this topic now. A kind nobody declared is followed by nobody."""
    may = _may.get(kind_of(topic))
    return may is not None and may(person_id, topic)


def on_join(hook: Hook) -> Hook:
    """Call `hook(client, topic)` after a socket began to follow a topic."""
    JOIN_HOOKS.append(hook)
    return hook


def on_leave(hook: Hook) -> Hook:
    """Call `hook(client, topic)` after a person's last socket in this process stopped following a topic."""
    LEAVE_HOOKS.append(hook)
    return hook


def on_unfollow(hook: Hook) -> Hook:
    """Call `hook(client, topic)` whenever one socket stops following a topic, before `on_leave`."""
    UNFOLLOW_HOOKS.append(hook)
    return hook


def on_beat(hook: BeatHook) -> BeatHook:
    """Call `hook([(person, topic), …])` with some of the topics this process serves and everybody who follows them;
    every topic comes about every ten seconds.
    """
    BEAT_HOOKS.append(hook)
    return hook


def on_told(type_: str) -> Callable[[ToldHook], ToldHook]:
    """Call `hook(message, people)` after an event of this type was told here, with those who follow its topic here."""

    def declare(hook: ToldHook) -> ToldHook:
        TOLD_HOOKS.setdefault(type_, []).append(hook)
        return hook

    return declare
