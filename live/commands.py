"""Commands a socket may send: each a frozen dataclass of its fields and a handler, in one registry."""

import dataclasses
import types
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from live.client import Client

CODES = {
    "bad_frame": "The frame is not one of this protocol's.",
    "empty": "There is nothing to see in the text.",
    "too_long": "The text has more than 4,000 characters, or the frame more than 64 KiB.",
    "bad_text": "The text holds a character that cannot be sent.",
    "rate": "More than 30 posts in 60 seconds.",
    "closed": "Nobody may write here now.",
    "paused": "The room is paused.",
    "not_your_turn": "Somebody else has the turn.",
    "not_found": "There is no such room or message, for this person.",
    "former_member": "This person has left; the socket is closed with 4403 after this answer.",
    "not_allowed": "This person's role does not carry this.",
    "not_now": "It is not the moment for this: the session is in another phase. The reason says which.",
    "farewells_open": "The session cannot end yet: the reason names who has not been seen off.",
    "storage_down": "It could not be kept just now. Nothing was lost: send it again with the same client id.",
    "broken": "Something broke on our side. Send it again with the same client id.",
}
"""Every code a refusal may carry."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A command was done."""

    seq: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """A command was refused: `code` for a program, `reason` in words for a person. `close` also ends the socket."""

    def __init__(self, code: str, reason: str, *, close: int | None = None) -> None:
        """`code` is one of `CODES`."""
        super().__init__(code)
        self.code, self.reason, self.close = code, reason, close


NOT_FOUND = "There is nothing here for you."


def not_found() -> Refusal:
    """The one answer for what never was and for what is not this person's to know of."""
    return Refusal("not_found", NOT_FOUND)


F = TypeVar("F")
Handler = Callable[["Client", str, Any], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its fields, what it does."""

    name: str
    frame: type
    handle: Handler


COMMANDS: dict[str, Command] = {}


def command(name: str, frame: type[F]) -> Callable[[Callable[["Client", str, F], Awaitable[Answer]]], Handler]:
    """Register a handler for `{"v":1,"cmd":name,"cid":…, …fields of frame}`."""

    def declare(handler: Callable[["Client", str, F], Awaitable[Answer]]) -> Handler:
        if name in COMMANDS:
            raise ValueError(f"command {name} is declared twice")
        COMMANDS[name] = Command(name, frame, handler)
        return handler

    return declare


def read_fields(frame: type[F], given: Mapping[str, Any]) -> F:
    """Check and convert a frame's own fields. Raises `Refusal("bad_frame")` naming the first wrong one."""
    hints, known = _shape(frame)  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            raise Refusal("bad_frame", f"This command has no field {name[:40]!r}.")
    values = {}
    for name, item in known.items():
        if name not in given:
            if item.default is dataclasses.MISSING:
                raise Refusal("bad_frame", f"The field {name!r} is missing.")
            continue
        values[name] = _convert(name, hints[name], given[name])
    return frame(**values)


@lru_cache(maxsize=128)
def _shape(frame: type[Any]) -> tuple[dict[str, Any], dict[str, "dataclasses.Field[Any]"]]:
    """The types and the fields of a frame's own part."""
    return typing.get_type_hints(frame), {item.name: item for item in dataclasses.fields(frame)}


def _convert(name: str, hint: Any, value: Any) -> Any:
    if isinstance(hint, types.UnionType):
        if value is None and type(None) in hint.__args__:
            return None
        hint = next(kind for kind in hint.__args__ if kind is not type(None))
    if hint is UUID:
        try:
            if isinstance(value, str) and len(value) <= 45:
                return UUID(value)
        except ValueError:
            pass
        # An id that is none is an id nobody has: the answer is the same.
        if isinstance(value, str):
            raise not_found()
        raise Refusal("bad_frame", f"The field {name!r} must be an id.")
    if hint is int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62:
            return value
        raise Refusal("bad_frame", f"The field {name!r} must be a whole number, 0 or more.")
    if not isinstance(value, hint):
        raise Refusal("bad_frame", f"The field {name!r} must be of type {hint.__name__}.")
    return value
