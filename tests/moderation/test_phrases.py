"""The language phrases are written in: what each sign means, and that nothing in it can run away."""

import re

import pytest

from moderation.screening import warm
from moderation.screening.alphabet import FIRST, FIRST_NUMBER, Alphabet
from moderation.screening.lexicon import languages
from moderation.screening.phrases import FOLDER, Phrase, PhraseError, Sets, compile_phrase

LONGEST_LINE = 200
SETS = {"die": "die|be dead", "want": "want to|wish to"}
FORMS: dict[str, tuple[str, ...]] = {"can't": ("can", "not"), "really": ()}


def holds(source: str, words: str) -> bool:
    sets = Sets(SETS, FORMS, Alphabet())
    phrase = compile_phrase(source, sets)
    return all(part.search(sets.alphabet.spelled(words.split())) for part in phrase.parts)


@pytest.mark.parametrize(
    ("source", "words", "wanted"),
    [
        ("want to die", "i want to die now", True),
        ("want to die", "i want to diet", False),
        ("<want> <die>", "i wish to be dead", True),
        ("(a|b c) d", "b c d", True),
        ("(a|b c) d", "b d", False),
        ("so? tired", "tired", True),
        ("(is|are)* gone", "is are gone", True),
        ("a * d", "a b c d", True),
        ("a * d", "a b c x y d", False),
        ("a ** d", "a b c x y z d", True),
        ("not ~ die", "not ever going to die", True),
        ("not ~ die", "not here but die", False),
        ("# pills", "20 pills", True),
        ("# pills", "many pills", False),
        ("^ bye $", "bye", True),
        ("^ bye $", "bye then", False),
        ("_ pills", "blue pills", True),
        ("can't stop", "can not stop", True),
        ("rope & tonight", "tonight the rope", True),
        # Choices of many: with what may be missing, a number, any word, an end, or the same first words.
        ("(so|very|quite|too|how)? (low|sad|blue|gone|lost)", "blue", True),
        ("(so|very|quite|too|how)* (low|sad|blue|gone|lost)", "i so very lost", True),
        ("(#|a few|some|many|the whole) pills", "20 pills", True),
        ("(#|a few|some|many|the whole) pills", "blue pills", False),
        ("(a|b|c|d|_ e) now", "x e now", True),
        ("gone (a|b|c|d|$)", "now gone", True),
        ("gone (a|b|c|d|$)", "gone now", False),
        ("(a b|a c|a d e|f g|h i|j k) z", "a d e z", True),
        ("(a b|a c|a d e|f g|h i|j k) z", "a d z", False),
        ("(* a|b|c|d|e) z", "x y a z", True),
        ("(^ a|b|c|d|e) z", "a z", True),
        ("(^ a|b|c|d|e) z", "x a z", False),
    ],
)
def test_each_sign(source: str, words: str, wanted: bool) -> None:
    assert holds(source, words) is wanted


def test_what_is_pointed_at_is_the_bracket() -> None:
    sets = Sets(SETS, FORMS, Alphabet())
    phrase = compile_phrase("took [# pills] alone", sets)
    match = phrase.parts[0].search(sets.alphabet.spelled(["i", "took", "20", "pills", "alone"]))
    assert match is not None
    assert match.span(1) == (2, 4)


@pytest.mark.parametrize(
    "source", ["(a|b", "a)", "a|b & c", "a & b|c", "<unknown> x", "* _", "a? b?", "", "really die", "(really|so) tired"]
)
def test_a_phrase_that_cannot_be_read_is_named(source: str) -> None:
    with pytest.raises(PhraseError):
        compile_phrase(source, Sets(SETS, FORMS, Alphabet()))


def test_a_set_inside_itself_is_an_error() -> None:
    with pytest.raises(PhraseError, match="itself"):
        compile_phrase("<a>", Sets({"a": "<a> b"}, FORMS, Alphabet()))


@pytest.mark.parametrize("sets", [{"a": "b & c"}, {"a": "(b"}])
def test_a_set_that_cannot_be_read_is_an_error(sets: dict[str, str]) -> None:
    with pytest.raises(PhraseError):
        compile_phrase("<a> d", Sets(sets, FORMS, Alphabet()))


def test_the_longest_of_a_choice_is_what_is_found() -> None:
    sets = Sets(SETS, FORMS, Alphabet())
    match = compile_phrase("(kill|kill myself)", sets).parts[0].search(sets.alphabet.spelled(["kill", "myself"]))
    assert match is not None
    assert match.span() == (0, 2)


def test_there_are_only_so_many_letters() -> None:
    alphabet = Alphabet()
    letters = {alphabet.letter(f"{number}") for number in range(FIRST - FIRST_NUMBER - 1)}
    assert len(letters) == FIRST - FIRST_NUMBER - 1
    with pytest.raises(LookupError):
        alphabet.letter("12345")
    assert alphabet.letter("word") not in letters


def every_phrase() -> list[Phrase]:
    return [phrase for language in languages() for phrase in language.phrases]


def test_a_server_makes_every_phrase_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "PAUSE_SECONDS", 0)
    warm.in_background().join()
    assert all("parts" in vars(phrase) for phrase in every_phrase())


def test_no_phrase_repeats_without_a_bound() -> None:
    for phrase in every_phrase():
        for pattern in phrase.patterns:
            assert not re.search(r"[*+]|\{\d*,\}", pattern), phrase.source


def test_the_lexicon_can_be_read_line_by_line() -> None:
    for file in FOLDER.glob("*/*.toml"):
        for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
            assert len(line) <= LONGEST_LINE, f"{file.name}:{number}"


def test_every_phrase_has_a_word_it_cannot_do_without() -> None:
    assert all(phrase.needs for phrase in every_phrase())


def test_every_concept_says_why_and_from_where() -> None:
    for language in languages():
        for concept in language.concepts:
            assert concept.why, concept.rule
            assert concept.source, concept.rule
            assert len(concept.fires) >= 2, concept.rule
            assert len(concept.silent) >= 2, concept.rule


def test_a_category_has_one_name_in_every_language() -> None:
    english = {concept.category for concept in languages()[0].concepts}
    assert {concept.category for language in languages() for concept in language.concepts} <= english
