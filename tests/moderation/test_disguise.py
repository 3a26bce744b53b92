"""Letters in disguise: undone, mapped to the original, and never judged milder than the plain words."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.screening.disguise import undisguised
from moderation.screening.engine import LEVEL, read
from moderation.screening.normal import normalise

PLAIN = [
    "I want to die",
    "i want to kill myself",
    "i am going to kill myself tonight",
    "i am suicidal",
    "i want to cut myself",
    "i took all my pills",
]
LEET = str.maketrans({"i": "1", "e": "3", "o": "0", "a": "@", "s": "$"})
CYRILLIC = str.maketrans({"a": "а", "e": "е", "i": "і", "o": "о", "c": "с", "p": "р", "y": "у"})
WAYS: dict[str, Callable[[str], str]] = {
    "leet": lambda text: text.translate(LEET),
    "look-alikes": lambda text: text.translate(CYRILLIC),
    "spaced": lambda text: "  ".join(" ".join(word) for word in text.split()),
    "dotted": lambda text: " ".join(".".join(word) for word in text.split()),
    "stretched": lambda text: " ".join(word + word[-1] * 4 for word in text.split()),
    "zero-width": lambda text: "\u200b".join(text),
    "shouted": str.upper,
    "joined by underscores": lambda text: text.replace(" ", "_"),
    "one word a line": lambda text: text.replace(" ", "\n"),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "spaced evenly": lambda text: " ".join(text.replace(" ", "")),
    "dashed": lambda text: " ".join("-".join(word) for word in text.split()),
    "Greek": lambda text: text.translate(str.maketrans("aeiouktnp", "αειουκτηρ")),
    "small capitals": lambda text: text.lower().translate(str.maketrans("adeiklmnoprstuwy", "ᴀᴅᴇɪᴋʟᴍɴᴏᴘʀꜱᴛᴜᴡʏ")),
    "flags": lambda text: "".join(chr(0x1F1E6 + ord(c) - 97) if c.isalpha() else c for c in text.lower()),
    "boxed": lambda text: "".join(chr(0x1F170 + ord(c) - 97) if c.isalpha() else c for c in text.lower()),
    "in digits": lambda text: text.translate(str.maketrans("aeiosta", "4310574")),
    "without spaces": lambda text: text.replace(" ", ""),
    "a letter doubled": lambda text: text.replace("kill", "kiill"),
    "marked": lambda text: "\u0335".join(text),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", PLAIN)
def test_a_disguise_is_never_milder(way: str, text: str) -> None:
    assert LEVEL[read(WAYS[way](text)).severity] >= LEVEL[read(text).severity], WAYS[way](text)


@given(st.sampled_from(PLAIN), st.lists(st.sampled_from(sorted(WAYS)), max_size=2))
@settings(max_examples=60)
def test_the_span_lies_in_what_was_written(text: str, ways: list[str]) -> None:
    for way in ways:
        text = WAYS[way](text)
    for finding in read(text).findings:
        assert 0 <= finding.start < finding.end <= len(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("k1lling myself", "killing myself"),
        ("h a n g i n g myself", "hanging myself"),
        ("t.o.o.k a.l.l m.y m.e.d.s", "took all my meds"),
        ("$uic!de", "suicide"),
        ("un-alive", "unalive"),
        ("killmyselftonight", "killmyself tonight"),
        ("wаnna kіll", "wanna kill"),
    ],
)
def test_what_is_meant_is_read(written: str, meant: str) -> None:
    deep = undisguised(normalise(written))
    assert deep is not None
    assert deep.text == meant
    assert len(deep.origin) == len(deep.text) + 1


@pytest.mark.parametrize(
    "text", ["see you at 9 on friday", "5 4 3 2 1 grounding", "a b c d e f g", "day 112!", "follow-up at noon"]
)
def test_plain_talk_is_left_as_it_is(text: str) -> None:
    assert undisguised(normalise(text)) is None


@given(st.text(max_size=200))
def test_the_map_fits_the_text(text: str) -> None:
    deep = undisguised(normalise(text))
    if deep is not None:
        assert len(deep.origin) == len(deep.text) + 1
        assert list(deep.origin) == sorted(deep.origin)
