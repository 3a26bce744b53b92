"""Reading a file of conversations: one JSON object a line, of the form `make replay` documents.

`{"speakers": ["a", "b"], "turns": [{"speaker": "a", "text": "...", "after_s": 1.5, "reply_to": 0}]}`; `after_s` and
`reply_to` may be missing.
"""

import json
import math
from pathlib import Path
from typing import Any


class Unreadable(Exception):
    """The file is not one of conversations; one line says where and why, without any of its words."""


def read(path: Path, limit: int = 0) -> list[dict[str, Any]]:
    """The conversations of a file, or its first `limit`. Raises `Unreadable`.

    Lines end at LF only, since texts may hold other separators; a CR before it, a byte order mark in front and blank
    lines are passed over.
    """
    if not path.is_file():
        raise Unreadable(f"There is no file {path}. Say which: make replay DATA=FILE")
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 (byte {error.start}).") from None
    found: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if line.strip() and (not limit or len(found) < limit):
            found.append(_one(line, f"{path}, line {number}"))
    return found


def _one(line: str, where: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except ValueError:
        raise Unreadable(f"{where}: this is no JSON.") from None
    if not isinstance(given, dict) or not isinstance(given.get("turns"), list):
        raise Unreadable(f"{where}: a conversation is an object with `speakers` and `turns`.")
    speakers = given.setdefault("speakers", [])
    if not isinstance(speakers, list) or not all(isinstance(name, str) for name in speakers):
        raise Unreadable(f"{where}: `speakers` is a list of names.")
    for place, turn in enumerate(given["turns"]):
        if wrong := _wrong(turn, place):
            raise Unreadable(f"{where}, turn {place}: {wrong}")
        if turn["speaker"] not in speakers:
            speakers.append(turn["speaker"])
    return given


def _wrong(turn: Any, place: int) -> str:
    if not isinstance(turn, dict) or not isinstance(turn.get("speaker"), str) or not isinstance(turn.get("text"), str):
        return "a turn has a `speaker` and a `text`."
    after, answered = turn.get("after_s"), turn.get("reply_to")
    if after is not None and (not isinstance(after, int | float) or not math.isfinite(after) or after < 0):
        return "`after_s` is a number of seconds from 0."
    if answered is not None and (type(answered) is not int or not 0 <= answered < place):
        return "`reply_to` is the index of an earlier turn."
    return ""
