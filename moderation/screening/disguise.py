"""Words in disguise, read as what they stand for: look-alike letters, digits for letters, spaced, joined or stretched.

Only what becomes a word of the lexicon is changed; the rest stays as it is. What is found in the changed text is added
to what is found in the text as written, so that a disguise never makes anything milder.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from moderation.screening.lexicon import languages
from moderation.screening.normal import Normal
from moderation.screening.phrases import FOLDER, SHARE

UNUSUAL = re.compile(r"[^a-z ',.?!\n]")
AMONG_LETTERS = re.compile(r"[a-z][0-9@$!|*#+_][a-z0-9@$!|*#+_]|[0-9@$|!][a-z]|[a-z][*/~_+=-][a-z0-9]")
STRETCHED = re.compile(r"([a-z0-9])\1\1")
DOTTED = re.compile(r"[a-z][.!][a-z]")
LETTERS = re.compile(r"(?<![a-z])[a-z] [a-z] [a-z](?![a-z])")
RUN = re.compile(r"[a-z]{14}")
STANDS_FOR = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i", "|": "li", "+": "t", "€": "e", "£": "l", "¢": "c", "2": "z",
}  # fmt: skip
LETTER = r"[a-z0-9@$!|]"
SPACED = re.compile(rf"(?<![^\W_]){LETTER}(?:[ .,_*/~+=-]{{1,3}}{LETTER}(?![^\W_])){{2,80}}")
"""Three or more single letters with something between them."""
CHUNK = re.compile(r"[^\s,;:?()\"]+")
SAME = re.compile(r"(.)\1*", re.DOTALL)
JOINT = re.compile(r"[._*/~+=-]+")
SUSPECT = re.compile(r"[0-9@$!|+€£*#_]|(.)\1\1")
LONGEST_WORD = 40
RUN_ON = 14
"""Letters of a word that may be several."""
SPACED_READINGS = 4
READINGS = 48
"""How many ways to read one word are tried."""


def undisguised(normal: Normal) -> Normal | None:
    """The text with every disguise undone, mapped to the same original; None where there is none."""
    text = normal.text
    if not text.isascii():
        text = text.translate(_look_alikes())
    if text == normal.text and not _odd(text):
        return None
    text, origin = _replaced(text, tuple(normal.origin), _spaced(text))
    text, origin = _replaced(text, origin, _chunks(text))
    return None if text == normal.text else Normal(text, origin)


def _odd(text: str) -> bool:
    """Whether it holds what plain talk hardly ever does. Several quick looks: one pattern for all of it is slower."""
    return bool(
        (UNUSUAL.search(text) and AMONG_LETTERS.search(text))
        or STRETCHED.search(text)
        or DOTTED.search(text)
        or RUN.search(text)
        or LETTERS.search(text)
    )


Replacement = tuple[int, int, str]


def _replaced(text: str, origin: tuple[int, ...], changes: Iterator[Replacement]) -> tuple[str, tuple[int, ...]]:
    parts, places, done = list[str](), list[int](), 0
    for start, end, instead in changes:
        parts += [text[done:start], instead]
        places += origin[done:start]
        last = end - start - 1
        places += [origin[start + min(place, last)] for place in range(len(instead) - 1)] + [origin[end - 1]]
        done = end
    if not done:
        return text, origin
    return "".join([*parts, text[done:]]), (*places, *origin[done:])


def _spaced(text: str) -> Iterator[Replacement]:
    for found in SPACED.finditer(text):
        letters = "".join(character for character in found.group() if character not in " .,_*/~+=-")
        for reading in islice(_readings(letters), SPACED_READINGS):
            if words := segmented(reading):
                yield found.start(), found.end(), " ".join(words)
                break


def _chunks(text: str) -> Iterator[Replacement]:
    for found in CHUNK.finditer(text):
        word = found.group().strip(".'-_")
        start = found.start() + found.group().find(word)
        if not word or len(word) > LONGEST_WORD or word in _vocabulary() or word.isdigit():
            continue
        instead = _undone(word)
        if instead is not None and instead != word:
            yield start, start + len(word), instead


def _undone(word: str) -> str | None:
    """What a word stands for, or None if it is no word of the lexicon."""
    known = _vocabulary()
    if JOINT.search(word) and (whole := JOINT.sub("", word)) in known:
        return whole
    if not SUSPECT.search(word):
        return _taken_apart(word) if len(word) >= RUN_ON else None
    candidates = dict.fromkeys((word, word.rstrip("!1*"), JOINT.sub("", word), JOINT.sub("", word.rstrip("!"))))
    meant = [reading for candidate in candidates for reading in _readings(candidate) if reading in known]
    if meant:
        return max(meant, key=lambda one: SHARE.get(one, 0.0))  # the most common of the words it could be
    if "*" in word or "#" in word or "_" in word:
        shape = re.compile(
            "".join("[a-z]{1,2}" if letter in "*#_" else re.escape(letter) for letter in word.strip("!"))
        )
        if fitting := next((term for term in _masked() if shape.fullmatch(term)), None):
            return fitting
    if JOINT.search(word):
        parts = [part for part in JOINT.split(word) if part]
        undone = [part if part.isdigit() else _undone(part) or part for part in parts]
        return " ".join(undone) if undone != parts else None
    return _taken_apart(word)


def _taken_apart(word: str) -> str | None:
    """A run of words without spaces, if a grave one is among them."""
    if len(word) < 7:
        return None
    for reading in islice(_readings(word), 4):
        if any(term in reading for term in _roots()) and (words := segmented(reading)):
            return " ".join(words)
    return None


def _readings(word: str) -> Iterator[str]:
    """The ways to read a word: digits as letters, stretched letters once or twice."""
    choices = []
    for found in SAME.finditer(word):
        letter, many = found[1], len(found.group())
        letters = (*STANDS_FOR.get(letter, ""), letter)
        choices.append(
            [each * times for each in letters for times in ((1,) if many == 1 else (2, 1) if many == 2 else (1, 2))]
        )
    return islice(("".join(reading) for reading in product(*choices)), READINGS)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset().union(*(language.vocabulary | language.forms.keys() for language in languages()))


@lru_cache(maxsize=1)
def _masked() -> tuple[str, ...]:
    """Words people write with a star in them."""
    return tuple(term for language in languages() for term in language.masked)


@lru_cache(maxsize=1)
def _roots() -> tuple[str, ...]:
    """What a run of words without spaces is looked for."""
    return tuple(term for term in _masked() if len(term) >= 4)


@lru_cache(maxsize=1)
def _look_alikes() -> dict[int, str]:
    rows = tomllib.loads((FOLDER / "look_alikes.toml").read_text("utf-8"))["letters"]
    return {ord(character): letter for letter, characters in rows.items() for character in characters}


def segmented(letters: str) -> list[str] | None:
    """Letters without spaces as the fewest words of the lexicon; None if they are not words of it."""
    if len(letters) > 80:
        return None
    known = _vocabulary()
    best: list[list[str] | None] = [[], *([None] * len(letters))]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 14), end):
            before = best[start]
            word = letters[start:end]
            if before is not None and word in known and (len(word) > 1 or word in "iau"):
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = [*before, word]
    return best[-1] or None
