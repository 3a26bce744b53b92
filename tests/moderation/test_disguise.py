"""Letters in disguise: undone, mapped to the original, and never judged milder than the plain words."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.screening.disguise import undisguised
from moderation.screening.engine import LEVEL, read
from moderation.screening.lexicon import concepts
from moderation.screening.normal import Normal, normalise
from moderation.screening.words import Tokens

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
    "flags": lambda text: "".join(chr(0x1F1E6 + ord(c) - 97) if "a" <= c <= "z" else c for c in text.lower()),
    "boxed": lambda text: "".join(chr(0x1F170 + ord(c) - 97) if "a" <= c <= "z" else c for c in text.lower()),
    "in digits": lambda text: text.translate(str.maketrans("aeiosta", "4310574")),
    "without spaces": lambda text: text.replace(" ", ""),
    "a letter doubled": lambda text: text.replace("kill", "kiill"),
    "marked": lambda text: "\u0335".join(text),
    "a wave between words": lambda text: text.replace(" ", " \U0001f30a "),
}
OF_ASCII = ("flags", "boxed")
"""Alphabets without accents."""
NOT_ALWAYS = {"stretched": 0.85, "spaced evenly": 0.9, "without spaces": 0.88, "in digits": 0.98, "dotted": 0.98}
"""Where what stood between words is gone, or a figure may be a letter, more than one reading is possible. Of all
examples of the lexicon at least this share stays as grave; in every other way all of them do."""


def undone(text: str) -> Normal | None:
    plain = normalise(text)
    return undisguised(plain, Tokens(plain).words)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", PLAIN)
def test_a_disguise_is_never_milder(way: str, text: str) -> None:
    assert LEVEL[read(WAYS[way](text)).severity] >= LEVEL[read(text).severity], WAYS[way](text)


@pytest.mark.parametrize("way", WAYS)
def test_in_disguise_the_examples_of_the_lexicon_stay_as_grave(way: str) -> None:
    examples = [text for concept in concepts() for text in concept.fires if text.isascii() or way not in OF_ASCII]
    milder = [text for text in examples if LEVEL[read(WAYS[way](text)).severity] < LEVEL[read(text).severity]]
    assert len(milder) <= (1 - NOT_ALWAYS.get(way, 1.0)) * len(examples), milder


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
        ("IwishIwasdead", "i wish i was dead"),
        ("gunisinmylap", "gun is in my lap"),
        ("goodbyeeveryone,thisistheendforme", "goodbye everyone,this is the end for me"),
        ("gavemynarcanawaysotheycannotbringmeback", "gave my narcan away so they cannot bring me back"),
        ("swallowed40ofmytrazodone", "swallowed 40 of my trazodone"),
        ("I am suicida|", "i am suicidal"),
        ("k.i.l.l. myself", "kill myself"),
        ("i have a g u n", "i have a gun"),
        ("want to d\ni\ne", "want to die"),
        ("i s e l l  x a n", "i sell xan"),
        ("want to cu7 myself", "want to cut myself"),
        ("want to e*d it", "want to end it"),
        ("k,i,l,l myself", "kill myself"),
        ("k|i|l|l myself", "kill myself"),
        ("k...i...l...l myself", "kill myself"),
        ("k\u00b7i\u00b7l\u00b7l myself", "kill myself"),
        ("k\U0001f600i\U0001f600l\U0001f600l myself", "kill myself"),
        ("I'llllll shoottttt", "i'll shoot"),
    ],
)
def test_what_is_meant_is_read(written: str, meant: str) -> None:
    deep = undone(written)
    assert deep is not None
    assert deep.text == meant
    assert len(deep.origin) == len(deep.text) + 1


@pytest.mark.parametrize(
    "text", ["see you at 9 on friday", "5 4 3 2 1 grounding", "a b c d e f g", "day 112!", "follow-up at noon"]
)
def test_plain_talk_is_left_as_it_is(text: str) -> None:
    assert undone(text) is None


@given(st.text(max_size=200))
def test_the_map_fits_the_text(text: str) -> None:
    deep = undone(text)
    if deep is not None:
        assert len(deep.origin) == len(deep.text) + 1
        assert list(deep.origin) == sorted(deep.origin)
