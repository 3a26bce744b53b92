"""What a text must be before it is anybody's message.

A character is a Unicode code point. Line ends become LF; a text with a character that could not be stored, shown or
kept inside its own bubble is refused with its kind named, nothing is taken out behind the writer's back; what is then
kept is exact, white space at its ends included.
"""

import re
import unicodedata

from groups.errors import Refused

LIMIT = 4000
ISOLATES, POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"
BLANK = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*"
)
"""White space, zero-width and filler characters: a text of nothing else shows nothing."""
REFUSED = (
    (re.compile("[\ud800-\udfff]"), "half of a character (a lone surrogate)"),
    (re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"), "a control character"),
    (re.compile(r"[\x80-\x9f]"), "a control character"),
    (re.compile("[\u202a-\u202e]"), "a character that turns the direction of the page"),
)


def clean(text: str) -> str:
    """The text as it is kept. Raises `Refused` with code `bad_text`, `empty` or `too_long`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for pattern, kind in REFUSED:
        if pattern.search(text):
            raise Refused("bad_text", f"This text holds {kind}. Take it out and send again; your words are still here.")
    if not _closed(text):
        raise Refused(
            "bad_text", "This text opens a change of direction and does not close it. Your words are still here."
        )
    if not visible(text):
        raise Refused("empty", "There is nothing to see in this message yet.")
    if len(text) > LIMIT:
        raise Refused(
            "too_long", f"This has {len(text):,} characters; a message has room for {LIMIT:,}. Nothing was cut."
        )
    return text


def readable(text: str) -> str:
    """A copy of a refused text for the screen and for evidence: without what could not even be stored."""
    for pattern, _ in REFUSED:
        text = pattern.sub("", text)
    return text


def visible(text: str) -> bool:
    """Whether anything of it would be seen."""
    if BLANK.fullmatch(text):
        return False
    return any(
        unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not _noncharacter(ord(c)) for c in text
    )


def _noncharacter(point: int) -> bool:
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def _closed(text: str) -> bool:
    if text.isascii():
        return True
    depth = 0
    for character in text:
        if character in ISOLATES:
            depth += 1
        elif character == POP_ISOLATE:
            depth -= 1
            if depth < 0:
                return False
    return depth == 0
