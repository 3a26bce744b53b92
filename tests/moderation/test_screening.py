"""Reading one text: the lexicon's own examples, its offsets, and what no way of typing may change."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from bench.screening import HOSTILE, SALADS, salad
from groups.gate import Action
from moderation.screening import engine
from moderation.screening.engine import BEGINNING, BETWEEN, END, HURRY, LAST, LEVEL, MOST_WORK, read
from moderation.screening.lexicon import concepts, languages
from moderation.screening.normal import normalise
from moderation.screening.policy import UNREAD, Policy
from moderation.screening.verdict import Context, judge, screen

FIRES = [(concept.rule, text) for concept in concepts() for text in concept.fires]
SILENT = [(concept.rule, text) for concept in concepts() for text in concept.silent]
BY_RULE = {concept.rule: concept for concept in concepts()}
NAUGHTY = json.loads((Path(__file__).parents[1] / "data" / "naughty.json").read_text())
WORDS = {word for language in languages() for word in language.triggers}
GRAVE = [text for rule, text in FIRES if BY_RULE[rule].lane == "care" and rule == BY_RULE[rule].category]


@pytest.mark.parametrize(("rule", "text"), FIRES)
def test_what_must_fire_fires_at_its_severity_or_graver(rule: str, text: str) -> None:
    wanted, reading = BY_RULE[rule], read(text)
    assert any(finding.category == wanted.category and finding.alerts for finding in reading.findings), reading
    assert LEVEL[reading.severity] >= LEVEL[wanted.severity]


@pytest.mark.parametrize(("rule", "text"), SILENT)
def test_what_must_not_fire_does_not_alert(rule: str, text: str) -> None:
    assert [finding for finding in read(text).findings if finding.alerts] == []


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself",
        "i am going to kill myself tonight",
        "I'm suicidal",
        "I want to die",
        "I took all my pills",
        "I'm going to end my life",
        "quiero matarme",
    ],
)
def test_what_is_said_outright_is_always_seen(text: str) -> None:
    assert judge(read(text)).action.holds


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
    assert judge(read(text)).action == Action.PUBLISH, read(text).findings


def test_one_concept_speaks_once_of_one_place_and_the_wording_that_alerts_is_the_one() -> None:
    found = read("not gonna do anything but i wish i was dead sometimes").findings
    assert [one.alerts for one in found if one.category == "passive wish"] == [True]


def test_a_concept_is_one_table() -> None:
    assert len(BY_RULE) == len(concepts())


@pytest.mark.parametrize("text", GRAVE)
def test_denying_never_raises(text: str) -> None:
    assert LEVEL[read(f"It is not true that {text}").severity] <= LEVEL[read(text).severity]


@pytest.mark.parametrize(
    "text", ["I WANT TO DIE", "i want to\u200b die", "I want to  \n die", "I\u2019m suicidal", "Ｉ want to die"]
)
def test_how_it_is_typed_does_not_matter(text: str) -> None:
    assert read(text).severity == "red"


def test_offsets_point_into_the_original() -> None:
    text = "🌊🌊 Straße… I\u2019m going to kill myself tonight."
    finding = read(text).findings[0]
    assert "kill myself" in text[finding.start : finding.end]


def test_a_threat_and_abuse_carry_their_track() -> None:
    tracks = {concept.category: concept.track for concept in concepts() if concept.track}
    assert tracks == {"threat against someone": "duty to warn", "abuse going on": "mandated report"}
    assert "mandated report" in {finding.track for finding in read("He hit me again last night").findings}


def test_of_a_text_that_is_far_too_long_the_beginning_and_the_end_are_read() -> None:
    filling = "nothing to see here. " * ((BEGINNING + END) // 10)
    text = f"I want to die. {filling} I'm suicidal."
    found = [text[finding.start : finding.end] for finding in read(text).findings if finding.alerts]
    assert any("want to die" in words for words in found)
    assert any("suicidal" in words for words in found)


def test_what_is_plainly_grave_is_read_between_them_too() -> None:
    filling = "nothing to see here. " * (BEGINNING // 20)
    text = f"{filling} Goodbye, I am going to kill myself tonight. {filling}"
    assert read(f"{filling} {filling}").severity == "green"
    found = [text[finding.start : finding.end] for finding in read(text).findings if finding.severity == "crisis"]
    assert any("kill myself" in words for words in found)


@pytest.mark.parametrize("made", [*HOSTILE, *(salad(sorted(WORDS), seed) for seed in range(SALADS))])
def test_what_reading_costs_grows_with_the_text_and_ends_at_the_budget(
    made: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = list[int]()

    class Counted(engine.Work):
        def pays(self, cost: int) -> bool:
            paid = super().pays(cost)
            spent.append(cost if paid else 0)
            return paid

    monkeypatch.setattr(engine, "Work", Counted)

    def cost(text: str) -> int:
        spent.clear()
        read(text)
        return sum(spent)

    once = made(2_000)
    assert cost(f"{once}\n{once}") <= 2.5 * cost(once) + 1_000
    assert cost(made(4_000)) <= MOST_WORK
    assert cost(made(60_000)) <= MOST_WORK * (1 + 1 / LAST + 1 / HURRY)


def test_what_is_longer_than_is_read_is_held_for_a_person() -> None:
    calm = "nothing to see here. "
    longest = calm * ((BEGINNING + BETWEEN + END) // len(calm))
    assert read(longest).severity == "green"
    longer = longest + calm
    (finding,) = read(longer).findings
    assert (finding.category, finding.start, finding.end) == (UNREAD, 0, len(longer))


def test_what_is_too_much_work_to_read_is_held_for_a_person_whatever_the_policy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "I want to die. " + "Tonight I sit with my pills and I want to stop. " * 60
    open_handed = Policy(care_red=Action.FLAG)
    assert judge(read(text), open_handed).action == Action.FLAG
    monkeypatch.setattr(engine, "MOST_WORK", 2_000)
    found = read(text).findings
    assert [(one.start, one.end, one.alerts) for one in found if one.category == UNREAD] == [(0, len(text), True)]
    assert any(one.category == "active ideation" for one in found), "what was read before counts"
    assert judge(read(text), open_handed).action == Action.HOLD
    assert judge(read(text), open_handed, staff=True).action == Action.FLAG
    assert read("I want to die.").severity == "red"


def test_harmless_words_that_filters_trip_over_are_not_held() -> None:
    for text in [*NAUGHTY[483:505], *NAUGHTY[515:]]:
        assert not judge(read(text)).action.holds, ascii(text)


@given(st.text(max_size=400))
def test_it_reads_any_text_and_its_spans_lie_inside(text: str) -> None:
    verdict = screen(text, Context(own_numbers=frozenset({"5550100"})))
    for finding in verdict.findings:
        assert 0 <= finding.start < finding.end <= len(text)
    for start, end in verdict.veils:
        assert 0 <= start < end <= len(text)
    assert screen(text, Context(own_numbers=frozenset({"5550100"}))) == verdict


@given(st.sampled_from([text for _, text in FIRES]), st.text(alphabet="🌊🪨✨ ", max_size=5))
def test_what_stands_in_front_moves_the_spans_and_changes_nothing_else(text: str, prefix: str) -> None:
    alone, behind = read(text), read(f"{prefix}\n{text}")
    assert [(f.rule, f.alerts) for f in alone.findings] == [(f.rule, f.alerts) for f in behind.findings]
    assert len(alone.veils) == len(behind.veils)


def test_the_command_answers_each_line_in_order_and_says_which_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ['{"id": 1, "text": "I want to die"}', "not json", '{"id": "b", "text": "Good morning"}', '{"id": 3}']
    lines += ['{"id": 4, "text": "call me 212 555 0134", "context": {"own_numbers": ["+1 (212) 555-0134"]}}']
    lines += ['{"id": NaN, "text": "hello"}']
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(lines)))
    out = StringIO()
    call_command("screen", stdout=out)
    first, second, third, fourth, fifth, sixth = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["id"], first["action"], first["severity"], first["lane"]) == (1, "hold", "red", "care")
    assert {"rule", "version", "category", "lane", "severity", "alerts", "scope", "start", "end"} <= set(
        first["findings"][0]
    )
    assert second["id"] is None
    assert "error" in second
    assert (third["id"], third["action"], third["lane"], third["veiled"]) == ("b", "publish", None, "Good morning")
    assert fourth == {"id": None, "error": 'This line has no "text", or it is no string.'}
    assert fifth["action"] == "publish"
    assert sixth == {"id": None, "error": "This line is no JSON."}


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_normalised_as_any_other(text: str) -> None:
    quick, slow = normalise(text), normalise("\u0301" + text)
    assert (quick.text, list(quick.origin)) == (slow.text, [place - 1 for place in slow.origin])
