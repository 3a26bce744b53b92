"""`make replay` with files nobody tidied up: other names, many speakers, odd line ends; and unreadable ones."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.client import Told
from bench.conversations import Unreadable, read
from bench.site import ROOT
from tests.hostile import NAUGHTY, fate

ODD: dict[str, dict[str, Any]] = {
    "nobody says anything": {"speakers": ["a", "b"], "turns": []},
    "nobody is there": {"speakers": [], "turns": []},
    "one alone": {"speakers": ["only"], "turns": [{"speaker": "only", "text": "hello?"}]},
    "names": {
        "speakers": ["<b>bold</b>", "", "x" * 300, "‮evil", "O'Brien; --"],
        "turns": [
            {"speaker": name, "text": f"line one\r\nline two of {place}", "after_s": 0.01}
            for place, name in enumerate(["<b>bold</b>", "", "x" * 300, "‮evil", "O'Brien; --"])
        ],
    },
    "fifty": {
        "speakers": [f"s{number}" for number in range(50)],
        "turns": [{"speaker": f"s{number}", "text": f"I am {number}"} for number in range(50)],
    },
    "not listed": {"speakers": ["a"], "turns": [{"speaker": "a", "text": "one"}, {"speaker": "b", "text": "two"}]},
    "answers": {
        "speakers": ["a", "b"],
        "turns": [{"speaker": "ab"[n % 2], "text": f"turn {n}", "reply_to": n - 1 if n else None} for n in range(20)],
    },
    "words": {
        "speakers": ["a", "b"],
        "turns": [
            {"speaker": "ab"[index % 2], "text": text}
            for index, text in enumerate(NAUGHTY)
            if fate(index) == "kept" and index % 6 == 0
        ],
    },
}


def line(given: dict[str, Any]) -> str:
    """A conversation as a line of a file, its odd separators unescaped."""
    return json.dumps({"id": "i", "source": "s", **given}, ensure_ascii=False)


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_an_awkward_file_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "awkward file.jsonl"
    body = "\r\n\n  \n".join(line(given) for given in ODD.values())
    data.write_bytes(b"\xef\xbb\xbf" + body.encode())
    done = subprocess.run(
        [sys.executable, "-m", "bench.replay", str(data)], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr[-2000:]
    tally = json.loads(done.stdout.splitlines()[-1])
    turns = sum(len(given["turns"]) for given in ODD.values())
    assert tally["conversations"] == len(ODD)
    assert (tally["sent"], tally["acked"], tally["refused"]) == (turns, turns, 0)
    assert tally["expected"] == tally["delivered"] > turns
    assert [tally[name] for name in ("lost", "duplicated", "out_of_order", "leaked")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"speakers": [], "turns": []}\n{"speak', "line 2: this is no JSON"),
        (b"[]", "line 1: a conversation is an object"),
        (b'{"turns": [], "speakers": [1]}', "`speakers` is a list of names"),
        (b'{"turns": [{"speaker": "a"}]}', "turn 0: a turn has a `speaker` and a `text`"),
        (b'{"turns": [{"speaker": "a", "text": "secret", "reply_to": 0}]}', "turn 0: `reply_to`"),
        (b'{"turns": [{"speaker": "a", "text": "secret", "after_s": -1}]}', "turn 0: `after_s`"),
        (b'{"turns": [{"speaker": "a", "text": "secret", "after_s": NaN}]}', "turn 0: `after_s`"),
        (b"\xff\xfe{}", "is not UTF-8 (byte 0)"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line_without_its_words(tmp_path: Path, content: bytes, said: str) -> None:
    data = tmp_path / "bad.jsonl"
    data.write_bytes(content)
    with pytest.raises(Unreadable) as error:
        read(data)
    assert said in str(error.value)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_no_file_is_one_line_and_status_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.replay", "/nowhere/x.jsonl"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "There is no file" in done.stderr


def test_a_limit_reads_no_further_than_it_must(tmp_path: Path) -> None:
    data = tmp_path / "long.jsonl"
    data.write_text("\n" + line(ODD["one alone"]) + "\nnot read\n")
    assert len(read(data, 1)) == 1


def test_a_veiled_message_must_still_show_everything_around_the_veil() -> None:
    told = Told(texts={"m": "call [detail veiled] at six"}, veils={"m": [[5, 20]]})
    assert told.shows("m", "call 555-0100 at six")
    assert not told.shows("m", "call 555-0100 at seven")
    assert not told.shows("m", "call  at six"[:5] + " at six"[1:])
    assert not told.shows("other", "call 555-0100 at six")
