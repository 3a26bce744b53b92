"""Some of `make chaos`, kept short: what is killed, frozen or cut off loses nothing. The whole of it takes minutes."""

import json
import subprocess
import sys

import pytest

from bench.chaos.crowd import WORDS, letters
from bench.chaos.faults import FAULTS
from bench.chaos.run import PAIRS, chosen
from bench.site import ROOT
from moderation.screening.verdict import screen

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]


@pytest.mark.parametrize("name", ["web_killed+client_cut", "postgres_killed", "redis_killed"])
def test_nothing_is_lost(name: str) -> None:
    command = [sys.executable, "-m", "bench.chaos.run", "--only", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170)
    line = json.loads(done.stdout)
    assert line["acked"] > 30
    assert {line[kind] for kind in ("lost", "duplicated", "out_of_order", "leaked")} == {0}, line
    assert done.returncode == 0


def test_the_same_seed_breaks_the_same_pairs() -> None:
    plan = chosen("", 7)
    assert plan == chosen("", 7)
    assert [len(faults) for faults in plan] == [1] * len(FAULTS) + [2] * PAIRS
    assert plan != chosen("", 8)
    with pytest.raises(KeyError):
        chosen("no_such_fault", 1)


def test_nothing_the_crowd_says_is_held_or_veiled() -> None:
    verdicts = [screen(f"{WORDS} {letters(number)}") for number in range(26 * 26)]
    assert {(verdict.action, verdict.veils) for verdict in verdicts} == {("publish", ())}
