"""Digits however they are written: in figures, in words, run together, or in pieces with words between."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


UNITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "one": "1", "won": "1", "two": "2", "too": "2", "three": "3", "tree": "3", "four": "4", "fower": "4",
    "five": "5", "fife": "5", "six": "6", "seven": "7", "eight": "8", "ate": "8", "nine": "9", "niner": "9", "cero": "0", "thre": "3", "fiv": "5", "fve": "5", "sevn": "7", "eigth": "8", "nin": "9", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
}  # fmt: skip
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {
    "twenty": "2",
    "thirty": "3",
    "forty": "4",
    "fifty": "5",
    "sixty": "6",
    "seventy": "7",
    "eighty": "8",
    "ninety": "9",
}
TIMES = {"double": 2, "triple": 3, "treble": 3, "two": 2, "three": 3, "four": 4}
FIRST_TO_NINTH = [word for word, digit in UNITS.items() if digit != "0" and len(word) > 2]
PLURALS = {word + ("es" if word == "six" else "s"): digit for word, digit in UNITS.items()}
NEXT, DONE = r"[^a-z0-9+]{1,5}", r"(?![a-z0-9])"
CHUNK = re.compile(
    rf"(?<![a-z0-9])(?:(?P<times>double|triple|treble){NEXT}(?:(?P<again>{_any(PLURALS | UNITS)})|(?P<same>\d)(?P=same)*)"
    rf"|(?P<several>two|three|four){NEXT}(?P<plural>{_any(PLURALS)})"
    rf"|(?P<tens>{_any(TENS)})(?:{NEXT}(?P<unit>{_any(FIRST_TO_NINTH)}))?){DONE}"
    r"|[a-z0-9]+(?:'s)?|\+"
)
"""`double five`, `two fives`, `twenty-one`, or any other word or figure."""
BETWEEN = frozenset(
    [
        "then",
        "and",
        "area",
        "code",
        "dash",
        "hyphen",
        "dot",
        "point",
        "space",
        "slash",
        "star",
        "first",
        "second",
        "third",
        "half",
        "part",
        "piece",
        "last",
        "end",
        "ends",
        "start",
        "starts",
        "with",
        "followed",
        "by",
        "next",
        "is",
        "it's",
        "its",
        "the",
        "a",
        "middle",
        "again",
        "plus",
        "finally",
        "rest",
        "after",
        "that",
        "comma",
        "pause",
        "period",
    ]
)
"""Words that may stand between the pieces of one number."""
WHOLE = 10
"""Digits of a number here, without the country's."""
MOST_BETWEEN = 3
JOINED = UNITS | {word: digit + "0" for word, digit in TENS.items()} | TEENS
RUN_TOGETHER = re.compile(_any(JOINED))
MISTAKEN = re.compile(r"(?=(?:[oilszb]*\d){2})[\doilszb]+")
"""Figures with letters among them that look like figures: `o122`, `s55`."""
FIGURES = str.maketrans({"o": "0", "i": "1", "l": "1", "s": "5", "z": "2", "b": "8"})
LOOKS = str.maketrans({"0": "o", "1": "i", "3": "e", "5": "s", "7": "t", "4": "a"})


@dataclass(frozen=True, slots=True)
class Written:
    """One number somebody wrote: its digits, the sizes of its pieces, and where."""

    digits: str
    pieces: tuple[int, ...]
    words: int
    """How many of its digits were written as words."""
    start: int
    end: int
    international: bool
    """A plus stands before it."""


def written(text: str) -> Iterator[Written]:
    """Every run of digits in a lower-case text, pieces and words between them included."""
    pieces: list[tuple[str, int, int, bool]] = []
    plus, between = False, 0
    for found in _pieces(text):
        digits, start, end, worded = found
        if digits == "+":
            plus = True
            continue
        if not digits:
            between += 1
            if between > MOST_BETWEEN or text[start:end] not in BETWEEN:
                yield from _number(pieces, plus)
                pieces, plus, between = [], False, 0
            continue
        if pieces and (_apart(text[pieces[-1][2] : start]) or (not plus and _whole(pieces, digits))):
            yield from _number(pieces, plus)
            pieces, plus = [], False
        pieces.append((digits, start, end, worded))
        between = 0
    yield from _number(pieces, plus)


def _apart(between: str) -> bool:
    """Whether what stands between two pieces parts them for good."""
    return bool(re.search(r"[?!;\n]|[$€£%]|\d:\d", between)) or len(between) > 40


def _whole(pieces: list[tuple[str, int, int, bool]], following: str) -> bool:
    """Whether the pieces are a number already and another one begins: `617 555 0142 or 617 555 0143`."""
    return len(following) > 2 and len(pieces) <= WHOLE and sum(len(piece[0]) for piece in pieces) == WHOLE


def _number(pieces: list[tuple[str, int, int, bool]], plus: bool) -> Iterator[Written]:
    while len(pieces) > 1 and _trails(*pieces[-2:]):
        pieces = pieces[:-1]
    if pieces:
        digits = "".join(piece[0] for piece in pieces)
        words = sum(len(piece[0]) for piece in pieces if piece[3])
        yield Written(digits, tuple(len(piece[0]) for piece in pieces), words, pieces[0][1], pieces[-1][2], plus)


def _trails(before: tuple[str, int, int, bool], last: tuple[str, int, int, bool]) -> bool:
    """Whether the last piece is a word of the talk that goes on: `555 0100 is the one`."""
    return last[3] and not before[3] and len(last[0]) == 1 and last[1] - before[2] > 3


def _pieces(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Digits, place and whether in words of each chunk; no digits for a word that is none."""
    for found in CHUNK.finditer(text):
        chunk, start, end = found.group(), found.start(), found.end()
        if times := found["times"] or found["several"]:
            again = found["again"] or found["plural"]
            digit = found["same"] if again is None else PLURALS.get(again) or UNITS[again]
            yield digit * TIMES[times], start, end, True
        elif tens := found["tens"]:
            yield TENS[tens] + (UNITS[found["unit"]] if found["unit"] else "0"), start, end, True
        elif chunk == "hundred":
            yield "00", start, end, True
        elif chunk in TEENS:
            yield TEENS[chunk], start, end, True
        else:
            yield from _one(chunk, start, end)


def _one(chunk: str, start: int, end: int) -> Iterator[tuple[str, int, int, bool]]:
    if chunk == "+" or chunk.isdigit():
        yield chunk, start, end, False
    elif chunk in UNITS:
        yield UNITS[chunk], start, end, True
    elif len(chunk) > 2 and MISTAKEN.fullmatch(chunk):
        yield chunk.translate(FIGURES), start, end, False
    elif (plain := chunk.translate(LOOKS)) in UNITS:
        yield UNITS[plain], start, end, True
    else:
        digits = run_together(chunk)
        yield (digits, start, end, True) if len(digits) > 1 else ("", start, end, False)


def run_together(chunk: str) -> str:
    """`fivefive5` as digits; empty if anything in it is no digit."""
    digits, at = "", 0
    while at < len(chunk):
        if chunk[at].isdigit():
            digits, at = digits + chunk[at], at + 1
        elif (found := RUN_TOGETHER.match(chunk, at)) and found.end() > at:
            digits, at = digits + JOINED[found.group()], found.end()
        else:
            return ""
    return digits
