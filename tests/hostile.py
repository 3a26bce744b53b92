"""The hostile strings, and what must become of each: written from the rules, not from the product's code.

`data/naughty.json`: 515 strings of the Big List of Naughty Strings (MIT, Max Woolf), then 104 of our own. The first
rule that fits a text decides: characters that cannot be kept are refused by kind, then nothing to see, then too long,
then a direction left open; line ends become LF; everything else comes back code point by code point.
"""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).with_name("data")
NAUGHTY: list[str] = json.loads((FOLDER / "naughty.json").read_text())
UNKEEPABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]")
NOTHING = {0, 97, 98, 434, *range(556, 565)}
"""Where there is nothing to see: white space, zero-width and filler characters, a noncharacter."""
LEFT_OPEN = {177, 575}
"""Where a change of direction is not closed."""


def fate(index: int) -> str:
    """`bad_text`, `empty`, `too_long`, or `kept`."""
    text = NAUGHTY[index]
    if UNKEEPABLE.search(text) or index in LEFT_OPEN:
        return "bad_text"
    if index in NOTHING:
        return "empty"
    if len(text) > 4000:
        return "too_long"
    return "kept"


def kept(text: str) -> str:
    """The text as everybody gets it back."""
    return re.sub("\r\n?", "\n", text)
