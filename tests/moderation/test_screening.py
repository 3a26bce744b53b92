"""The first phrase list: its own examples, its offsets, and that nothing makes it fail or slow."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from groups.gate import Action
from moderation.screening.engine import LEVEL, _matches, read
from moderation.screening.lexicon import concepts
from moderation.screening.normal import normalise
from moderation.screening.verdict import judge

FIRES = [(concept.name, text) for concept in concepts() for text in concept.fires]
SILENT = [(concept.name, text) for concept in concepts() for text in concept.silent]
NAUGHTY = json.loads((Path(__file__).parents[1] / "data" / "naughty.json").read_text())


@pytest.mark.parametrize(("concept", "text"), FIRES)
def test_what_must_fire_fires_at_its_severity_or_graver(concept: str, text: str) -> None:
    wanted = next(one for one in concepts() if one.name == concept)
    reading = read(text)
    assert any(finding.rule == concept and finding.alerts for finding in reading.findings), reading
    assert LEVEL[reading.severity] >= LEVEL[wanted.severity]


@pytest.mark.parametrize(("concept", "text"), SILENT)
def test_what_must_not_fire_does_not_alert(concept: str, text: str) -> None:
    assert [finding for finding in read(text).findings if finding.alerts] == []


@pytest.mark.parametrize(
    "text",
    [
        "I used to cut, two years clean.",
        "I don't want to die, I want the pain to stop.",
        "My brother killed himself in March and I miss him.",
        "She told me to kill myself and I blocked her.",
        "I took my meds and slept through.",
        "Walking to the river and back. Twice.",
        "I'm proud of you for saying it.",
        "That test killed me, I'm dead tired.",
    ],
)
def test_healthy_talk_is_left_alone(text: str) -> None:
    reading = read(text)
    assert judge(reading).action == Action.PUBLISH, reading.findings


def test_a_denial_followed_by_risk_is_risk() -> None:
    assert read("I don't want to hurt anyone. I want to die.").severity == "red"


@pytest.mark.parametrize(
    "text", ["I WANT TO DIE", "i want to\u200b die", "I want to  \n die", "I\u2019m suicidal", "Ｉ want to die"]
)
def test_how_it_is_typed_does_not_matter(text: str) -> None:
    assert read(text).severity == "red"


def test_offsets_point_into_the_original() -> None:
    text = "🌊🌊 Straße… I\u2019m going to kill myself tonight."
    finding = read(text).findings[0]
    assert text[finding.start : finding.end].startswith("I\u2019m going to kill myself")


def test_the_detail_is_veiled_and_the_feeling_stays() -> None:
    text = "I took 40 pills of it once and felt so alone, wanted to end it."
    (span,) = read(text).veils
    assert text[slice(*span)].startswith("40 pills")


@pytest.mark.parametrize(
    ("severity", "lane", "staff", "action"),
    [
        ("green", None, False, Action.PUBLISH),
        ("amber", "care", False, Action.FLAG),
        ("red", "care", False, Action.HOLD),
        ("crisis", "care", False, Action.PAGE),
        ("crisis", "care", True, Action.FLAG),
    ],
)
def test_the_default_policy(severity: str, lane: str | None, staff: bool, action: Action) -> None:
    from moderation.screening.policy import action_for

    assert action_for(severity, lane, staff=staff) == action


def test_harmless_words_that_filters_trip_over_are_not_held() -> None:
    for text in [*NAUGHTY[483:505], *NAUGHTY[515:]]:
        assert not judge(read(text)).action.holds, ascii(text)


@given(st.text(max_size=400))
def test_it_reads_any_text_and_its_spans_lie_inside(text: str) -> None:
    for finding in read(text).findings:
        assert 0 <= finding.start < finding.end <= len(text)


@given(st.sampled_from([text for _, text in FIRES]), st.text(alphabet="🌊🪨✨ ", max_size=5))
def test_what_stands_in_front_moves_the_spans_and_changes_nothing_else(text: str, prefix: str) -> None:
    alone, behind = read(text), read(f"{prefix}\n{text}")
    assert [(f.rule, f.alerts) for f in alone.findings] == [(f.rule, f.alerts) for f in behind.findings]


def test_the_command_answers_each_line_in_order_and_says_which_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ['{"id": 1, "text": "I want to die"}', "not json", '{"id": "b", "text": "Good morning"}', '{"id": 3}']
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(lines)))
    out = StringIO()
    call_command("screen", stdout=out)
    first, second, third, fourth = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["id"], first["action"], first["severity"], first["lane"]) == (1, "hold", "red", "care")
    assert first["findings"][0]["start"] == 2
    assert second["id"] is None
    assert "error" in second
    assert (third["id"], third["action"], third["lane"], third["veiled"]) == ("b", "publish", None, "Good morning")
    assert "error" in fourth


def plainly(sentence: str) -> list[tuple[str, int, int]]:
    """Every concept's matches the plain way: all its phrases as one expression over the whole sentence."""
    found = []
    for concept in concepts():
        whole = re.compile("|".join(pattern.pattern for _, pattern in concept.patterns))
        found += [(concept.name, *match.span()) for match in whole.finditer(sentence)]
    return found


WORDS = sorted({word for text in (text for _, text in FIRES + SILENT) for word in text.lower().split()})


@given(
    st.lists(st.sampled_from([*WORDS, "'", "i'm", "i", "a", "kms", "'kms'", "-", "_", ","]), max_size=30).map(" ".join)
)
def test_trying_only_phrases_that_can_begin_here_finds_what_trying_all_does(sentence: str) -> None:
    found = [(concept.name, *match.span()) for concept, match in _matches(sentence)]
    assert found == plainly(sentence)


@pytest.mark.parametrize("text", [text.lower() for _, text in FIRES + SILENT])
def test_the_examples_are_found_the_same_either_way(text: str) -> None:
    assert [(concept.name, *match.span()) for concept, match in _matches(text)] == plainly(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_normalised_as_any_other(text: str) -> None:
    quick, slow = normalise(text), normalise("\u0301" + text)
    assert (quick.text, list(quick.origin)) == (slow.text, [place - 1 for place in slow.origin])
