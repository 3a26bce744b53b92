"""Reading one frame of a socket: JSON, one object, of this protocol's version."""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from live.commands import Refusal
from live.events import VERSION

FRAME_BYTES = 64 * 1024
"""Longer frames are refused with `too_long`; those over `PROTOCOL_BYTES` end the connection."""
PROTOCOL_BYTES = 128 * 1024
CID_LENGTH = 64
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that can be understood: what is asked, under which client id, with which fields."""

    command: str
    cid: str
    fields: dict[str, Any]


class Unreadable(Refusal):
    """A refusal of the frame itself; `cid` is the client id, where it could be read."""

    def __init__(self, code: str, reason: str, cid: str | None) -> None:
        """As `Refusal`, with the client id."""
        super().__init__(code, reason)
        self.cid = cid


def read(text: str) -> Frame:
    """Read a text frame. Raises `Unreadable`."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    try:
        given = _json.decode(text)
    except (ValueError, RecursionError):
        given = None
    cid = given.get("cid") if isinstance(given, dict) else None
    cid = cid if isinstance(cid, str) and 0 < len(cid) <= CID_LENGTH and _sendable(cid) else None
    if size > FRAME_BYTES:
        raise Unreadable("too_long", f"A frame may have {FRAME_BYTES:,} bytes; this one has {size:,}.", cid)
    if not isinstance(given, dict):
        raise Unreadable("bad_frame", "A frame is one JSON object.", None)
    if cid is None:
        raise Unreadable("bad_frame", f"Every command carries a cid: 1 to {CID_LENGTH} characters.", None)
    if type(given.get("v")) is not int or given["v"] != VERSION:
        raise Unreadable("bad_frame", f"This is version {VERSION} of the protocol.", cid)
    command = given.get("cmd")
    if not isinstance(command, str):
        raise Unreadable("bad_frame", "The field 'cmd' is missing.", cid)
    return Frame(command, cid, {name: value for name, value in given.items() if name not in ("v", "cmd", "cid")})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key came twice")
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not JSON")


_json = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _sendable(text: str) -> bool:
    return text.isprintable() and not SURROGATE.search(text)
