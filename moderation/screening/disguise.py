"""Words in disguise, read as what they stand for: look-alike letters, digits for letters, spaced, joined or stretched.

Only what becomes a word of the lexicon is changed; the rest stays as it is. What is found in the changed text is added
to what is found in the text as written, so that a disguise never makes anything milder.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from itertools import islice, pairwise, product

from moderation.screening.apart import LONGEST_RUN, segmented, vocabulary
from moderation.screening.lexicon import languages
from moderation.screening.normal import UNUSUAL, Normal
from moderation.screening.phrases import FOLDER, SHARE

AMONG_LETTERS = re.compile(
    r"(?<![a-z])[a-z][^\w\s'][a-z](?![a-z])|[a-z][0-9@$!|*#+_][a-z0-9@$!|*#+_]|[a-z][|$]|[0-9@$|!][a-z]|[a-z][*/~_+=-][a-z0-9]|[a-z]{2}[0-9](?![a-z0-9])"
)
STRETCHED = re.compile(r"([a-z0-9])\1(?:\1|([a-z])\2([a-z])\3)")
"""A letter three times, or three letters in a row twice each."""
DOTTED = re.compile(r"[.!,](?:(?<=[a-z][.!])[a-z]|(?<=[a-z],|[.]{2})[a-z](?![a-z]))")
LETTERS = re.compile(r" (?<=[a-z] )(?<![a-z][a-z] )[a-z] [a-z](?![a-z])")
"""Three letters on their own. Like `DOTTED` it begins with what is rare, so that most of a text is skipped."""
STANDS_FOR = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i", "|": "li", "+": "t", "€": "e", "£": "l", "¢": "c", "2": "z",
}  # fmt: skip
LETTER = r"[a-z0-9@$!']"
GAP = r"(?=[^\w@$!?;']|_)[ \n]?(?:[^\w\s.@$!?;']|_)?\.{0,3}[ \n]{0,3}"
SPACED = re.compile(rf"(?<![^\W_]){LETTER}(?:{GAP}{LETTER}(?![^\W_])){{2,{LONGEST_RUN - 1}}}")
"""Three or more single letters with something between them."""
CHUNK = re.compile(r"[^\s,;:?()\"]+")
MASK = re.compile(r"[*#]{2}")
"""Letters left out, and not something between letters."""
JOINED = re.compile(
    r"kill(?:ing)?(?:my|your|him|her)self|(?:cut|hurt)(?:ting|ing)?myself|wan(?:t|na)(?:to|2)?(?:die|bedead)|wasdead|endmylife|[a-z]suicid|matarm|quieromorir"
)
"""Without spaces, and shorter than `RUN_ON`."""
IN_JOINED = ("self", "suicid", "die", "dead", "endmylife", "matarm", "quieromorir")
"""One of these is in whatever `JOINED` finds."""
SAME = re.compile(r"(.)\1*", re.DOTALL)
JOINT = re.compile(r"[._*/~+=-]+")
SUSPECT = re.compile(r"[0-9@$!|+€£*#_]|(.)\1(?:\1|(.)\2(.)\3)")
STARRED = re.compile("[*#_]")
LAST_STOP = re.compile(r"\.(?= [a-z])")
LETTERLIKE = re.compile(LETTER)
LONGEST_WORD = 40
SHORT_NUMBER = 4
"""Figures of a number that may be a word."""
SHORTEST_WORD = 3
RUN_ON = 14
"""Letters of a word that may be several."""
RUN_ALONE = 6
"""The same where the whole text has no space."""
SPACED_READINGS = 4
READINGS = 48
"""How many ways to read one word are tried."""


def undisguised(normal: Normal, words: Set[str]) -> Normal | None:
    """The text with every disguise undone, mapped to the same original; None where there is none. `words` are its words."""
    text = normal.text
    if not text.isascii():
        text = text.translate(_look_alikes())
    if text == normal.text and not _odd(text, words):
        return None
    text, origin = _replaced(text, tuple(normal.origin), _spaced(text, normal.origin))
    text, origin = _replaced(text, origin, _chunks(text))
    return None if text == normal.text else Normal(text, origin)


def _odd(text: str, words: Set[str]) -> bool:
    """Whether it holds what plain talk hardly ever does. Several quick looks: one pattern for all of it is slower."""
    unknown = words - vocabulary()
    strange = "\n".join(unknown)
    return bool(
        (UNUSUAL.search(text) and AMONG_LETTERS.search(text))
        or STRETCHED.search(strange)
        or max(map(len, unknown), default=0) >= RUN_ON
        or (any(part in strange for part in IN_JOINED) and JOINED.search(strange))
        or DOTTED.search(text)
        or LETTERS.search(text.replace("\n", " "))
        or (" " not in text and len(text) >= RUN_ALONE)
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


def _spaced(text: str, origin: Sequence[int]) -> Iterator[Replacement]:
    read = lru_cache(_word_or_words)  # for this text alone
    for found in SPACED.finditer(text):
        groups = _groups([place for place in range(*found.span()) if LETTERLIKE.match(text[place])], text, origin)
        words = [(*read(letters), mark) for letters, mark in groups]
        said = [part for *parts, _ in words for part in parts]
        if max(map(len, said)) < SHORTEST_WORD and not SHARE.keys() >= set(said):
            continue  # a star among them is a letter left out
        if len(groups) > 1 or len(words[0]) > 2 or words[0][0] in vocabulary():
            # "k.i.l.l. myself": the last stop is one of those between letters, and ends no sentence.
            end = found.end() + bool("." in found.group() and LAST_STOP.match(text, found.end()))
            yield found.start(), end, " ".join(" ".join(word[:-1]) + word[-1] for word in words)


def _groups(places: Sequence[int], text: str, origin: Sequence[int]) -> list[tuple[str, str]]:
    """Letters that belong together, and the mark they end with.

    Between words stands a space where none stands within them, or a wider one.
    """
    gaps = [
        (" " in text[one:other], sum(origin[at + 1] - origin[at] for at in range(one + 1, other)))
        for one, other in pairwise(places)
    ]
    many = Counter(gaps)
    usual = min(many, key=lambda gap: (-many[gap], gap))
    groups, letters = list[tuple[str, str]](), text[places[0]]
    for (one, other), gap in zip(pairwise(places), gaps, strict=True):
        if gap[0] and gap > usual:
            groups.append((letters, next((mark for mark in text[one + 1 : other] if mark in ".,"), "")))
            letters = ""
        letters += text[other]
    return [*groups, (letters, "")]


def _word_or_words(letters: str) -> list[str]:
    """What some letters spell: a word of the lexicon, or several; as they are if neither. Figures stay what they are."""
    if letters.isdecimal():
        return [letters]
    known = next((reading for reading in _readings(letters) if reading in vocabulary()), None)
    if known:
        return [known]
    readings = [letters, *islice(_readings(letters), SPACED_READINGS)]
    words = next((words for reading in readings if (words := segmented(reading, parted=True))), None)
    return words or segmented(readings[0], loosely=True) or [letters]


def _chunks(text: str) -> Iterator[Replacement]:
    changes, numbers, plain = list[Replacement](), list[Replacement](), 0
    longer = RUN_ON if " " in text or "\n" in text else RUN_ALONE
    undone = lru_cache(lambda word: _undone(word, longer))  # for this text alone
    for found in CHUNK.finditer(text):
        word = found.group().strip(".'-_#")
        start = found.start() + found.group().find(word)
        number = word.isdecimal()
        if number or (word in vocabulary() and SUSPECT.search(word)):
            meant = _meant(word) if len(word) <= SHORT_NUMBER else None
            if meant and (meant in SHARE or not number or (len(word) > 1 and word not in vocabulary())):
                numbers.append((start, start + len(word), meant))
            continue
        if not word or len(word) > LONGEST_RUN or word in vocabulary():
            plain += 1
            continue
        instead = undone(word)
        if instead is not None and instead != word:
            changes.append((start, start + len(word), instead))
    # Beside a word written in digits a 1 may be an I; where most words are, more numbers may be words: "1 h4v3 17".
    most = len(changes) > max(plain, 1)
    yield from sorted(changes + [one for one in numbers if changes and (most or one[2] == "i")])


def _meant(*written: str) -> str | None:
    """The word of the lexicon that something is read as: rather with every letter written twice, then the most common one."""
    meant = [
        (_kept(one, reading), SHARE.get(reading, 0.0), reading)
        for one in written
        for reading in _readings(one)
        if reading in vocabulary() and reading != one and not reading.isdecimal()
    ]
    return max(meant, default=(0, 0.0, None), key=lambda one: one[:2])[2]


def _kept(written: str, reading: str) -> int:
    """How few of the letters written twice a reading takes for one."""
    doubled = sum(len(found.group()) == 2 for found in SAME.finditer(written))
    return min(sum(len(found.group()) == 2 for found in SAME.finditer(reading)) - doubled, 0)


def _undone(word: str, longer: int) -> str | None:
    """What a word stands for, or None if it is no word of the lexicon. One that is as long as `longer` may be several."""
    if grave := _masking(word):
        return grave
    known = vocabulary()
    if JOINT.search(word) and not MASK.search(word) and (whole := JOINT.sub("", word)) in known:
        return whole
    if not SUSPECT.search(word) or len(word) > LONGEST_WORD:
        return _parted(word, longer) or (_taken_apart(word) if JOINED.search(word) else _run_on(word, longer))
    candidates = dict.fromkeys((word, word.rstrip("!1*")))
    if not MASK.search(word):
        candidates |= dict.fromkeys((JOINT.sub("", word), JOINT.sub("", word.rstrip("!"))))
    if meant := _meant(*candidates):
        return meant
    return _parted(word, longer) or _taken_apart(word) or _run_on(word, longer)


def _parted(word: str, longer: int) -> str | None:
    """What stands between dots and the like, each by itself."""
    parts = [part for part in JOINT.split(word) if part]
    if len(parts) < 2:
        return None
    undone = [part if part.isdigit() or part in vocabulary() else _undone(part, longer) or part for part in parts]
    if undone == parts:
        return None
    # Between runs that were several words each, a full stop ends a sentence; between single words it only joins them.
    return (". " if "." in word and all(" " in part for part in undone) else " ").join(undone)


def _run_on(word: str, longer: int) -> str | None:
    """A long run of letters as words; of a shorter one every letter belongs to one."""
    words = segmented(word, loosely=len(word) >= RUN_ON) if len(word) >= longer else None
    return " ".join(words) if words and len(words) > 1 else None


def _masking(word: str) -> str | None:
    """The grave word that is written with a star or the like for a letter or two."""
    if not STARRED.search(word):
        return None
    shape = re.compile(
        "".join("[a-z]{1,2}" if STARRED.match(letter) else re.escape(letter) for letter in word.strip("!"))
    )
    fitting = [term for term in _masked() if shape.fullmatch(term)]
    return min(fitting, key=lambda term: abs(len(term) - len(word)), default=None)


def _taken_apart(word: str) -> str | None:
    """A run of words without spaces, if a grave one is among them."""
    if len(word) < 7:
        return None
    for reading in islice(_readings(word), 4):
        grave = JOINED.search(reading) or any(term in reading for term in _roots())
        if grave and (words := segmented(reading)):
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
