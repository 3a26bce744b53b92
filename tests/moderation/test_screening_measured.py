"""The screen on our own labelled cases: it may only get better; and the command that measures it."""

import json
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from moderation.management.commands.evaluate_screening import cases
from moderation.models.severity import Lane
from moderation.screening.engine import read
from moderation.screening.evaluation import Report, evaluate, interval, share, unmarked

CASES = Path(__file__).with_name("cases")
REACHED = tomllib.loads((CASES / "ratchet.toml").read_text())
INNOCENT = (
    "We watched a movie last night.",
    "Tomorrow is my graduation.",
    "I teach a class.",
    "The printer jammed again.",
)


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {kind: evaluate(cases(CASES / f"{kind}.jsonl", "label", "text", [])) for kind in REACHED}


@pytest.mark.parametrize("kind", ["care", "conduct"])
def test_no_worse_than_it_was(reports: dict[str, Report], kind: str) -> None:
    report, reached = reports[kind], REACHED[kind]
    assert share(*report.recall) >= reached["recall"]
    assert share(*report.false_alarms) <= reached["false_alarms"]
    assert share(*report.level) >= reached.get("at_level", 0)


def test_the_veil_is_no_worse_than_it_was(reports: dict[str, Report]) -> None:
    report, plain = reports["veil"], reports["veil"].labels["plain"]
    assert share(*report.touched) >= REACHED["veil"]["touched"]
    assert share(plain.veiled, plain.n) <= REACHED["veil"]["veiled_plain"]


@pytest.mark.parametrize("text", (CASES / "ordinary.txt").read_text().splitlines())
def test_everyday_words_alarm_nobody(text: str) -> None:
    assert [one.rule for one in read(text).findings if one.alerts and one.lane == Lane.CARE] == []


@pytest.mark.parametrize("text", (CASES / "grave.txt").read_text().splitlines())
def test_what_resembles_them_and_is_grave_is_red_or_more(text: str) -> None:
    grave = [one for one in read(text).findings if one.alerts and one.lane == Lane.CARE]
    assert {one.severity for one in grave} & {"red", "crisis"}, text


def test_an_innocent_sentence_before_a_grave_one_quiets_nothing() -> None:
    care = [case for case in cases(CASES / "care.jsonl", "label", "text", []) if not case.safe]
    at_risk = [case.text for case in care if read(case.text).severity != "green"]
    assert len(at_risk) > 1_000
    told = [f"{INNOCENT[number % len(INNOCENT)]} {text}" for number, text in enumerate(at_risk)]
    assert [text for text in told if read(text).severity == "green"] == []


def test_the_command_tells_each_label_and_the_worst_misses(tmp_path: Path) -> None:
    data = tmp_path / "few.jsonl"
    rows = [("I want to die", "red"), ("see you at nine", "red"), ("good morning", "none"), ("I'm suicidal", "none")]
    data.write_text("\n".join(json.dumps({"said": text, "is": label}) for text, label in rows))
    out = StringIO()
    call_command("evaluate_screening", data=data, label_field="is", text_field="said", stdout=out)
    last = json.loads(out.getvalue().splitlines()[-1])
    assert (last["recall"], last["false_alarm_rate"]) == (0.5, 0.5)
    assert last["labels"]["red"]["n"] == 2
    assert last["worst_misses"] == [{"line": 2, "label": "red", "found": "nothing"}]
    assert "nine" not in out.getvalue()


def test_a_table_with_a_head_line_can_be_read(tmp_path: Path) -> None:
    data = tmp_path / "few.csv"
    data.write_text('id,text,label\n1,"I want to die, now",1\n2,hello,0\n')
    assert [(case.text, case.safe) for case in cases(data, "label", "text", [])] == [
        ("I want to die, now", False),
        ("hello", True),
    ]


@pytest.mark.parametrize("line", ["not json", '{"text": "x"}', '{"text": 3, "label": "red"}', "[]"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    data = tmp_path / "bad.jsonl"
    data.write_text('{"text": "x", "label": "none"}\n' + line)
    unread = list[str]()
    assert [case.text for case in cases(data, "label", "text", unread)] == ["x"]
    assert len(unread) == 1
    assert "Line 2" in unread[0]


def test_a_wrong_field_is_told_with_those_there_are(tmp_path: Path) -> None:
    data = tmp_path / "few.jsonl"
    data.write_text('{"words": "x", "label": "none"}')
    with pytest.raises(CommandError, match=r"no field text; it has words, label\."):
        call_command("evaluate_screening", data=data, label_field="label", stdout=StringIO())


def test_a_row_that_ends_too_early_is_no_safe_text(tmp_path: Path) -> None:
    data = tmp_path / "few.csv"
    data.write_text("text,label\nhello\n")
    with pytest.raises(CommandError, match=r"Line 2 .*no field label; it has text"):
        call_command("evaluate_screening", data=data, label_field="label", stdout=StringIO())


def test_what_is_left_out_is_told_and_what_was_not_measured_is_no_figure(tmp_path: Path) -> None:
    data = tmp_path / "few.jsonl"
    data.write_text('{"text": "I want to die", "label": "at risk"}\nnot json')
    out, err = StringIO(), StringIO()
    call_command("evaluate_screening", data=data, label_field="label", stdout=out, stderr=err)
    last = json.loads(out.getvalue().splitlines()[-1])
    assert "Line 2 is no JSON." in err.getvalue()
    assert (last["left_out"], last["recall"], last["at_level"], last["spans_touched"]) == (1, 1.0, None, None)


def test_what_should_alarm_nobody_is_said_and_can_be_named(tmp_path: Path) -> None:
    data = tmp_path / "few.jsonl"
    data.write_text('{"text": "hello", "label": "Not Suicide post"}\n{"text": "hello", "label": "chat"}')
    out = StringIO()
    call_command("evaluate_screening", data=data, label_field="label", safe=["chat"], stdout=out)
    assert out.getvalue().count("should alarm nobody") == 2
    labels = json.loads(out.getvalue().splitlines()[-1])["labels"]
    assert all(one["safe"] for one in labels.values())


def test_a_marked_detail_is_read_without_its_marks() -> None:
    assert unmarked("a [[b]] c [[dd]]") == ("a b c dd", [(2, 3), (6, 8)])


@pytest.mark.parametrize(("part", "whole", "wanted"), [(0, 0, (0.0, 1.0)), (50, 100, (0.4038, 0.5962))])
def test_the_interval_is_wilsons(part: int, whole: int, wanted: tuple[float, float]) -> None:
    assert interval(part, whole) == wanted
