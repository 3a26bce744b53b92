"""Between processes: a whisper is sealed, heard by the others only, told in its turn, and never needed."""

import json
from typing import Any

import pytest
from django.test import override_settings

from live import bus, ears, log, whisper
from live.events import envelope
from live.hub import hub
from live.threads import reads
from records.clock import now
from tests.live.conftest import Happened, Socket, tell

RUN = ("room:1", [{"seq": 1, "data": {"text": "I made it through the week."}}])


def said_by_another(monkeypatch: pytest.MonkeyPatch) -> str:
    """A whisper, and from now on this is another process."""
    sealed = whisper.seal([RUN])
    assert sealed is not None
    told = json.dumps({"from": whisper.ME, "heads": {"room:1": 1}, "sealed": sealed})
    monkeypatch.setattr(whisper, "ME", "another")
    return told


def test_others_hear_it_and_nobody_can_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = said_by_another(monkeypatch)
    assert "week" not in told
    assert bus.heard(told) == [{"ready": {"room:1": RUN[1]}}, {"heads": {"room:1": 1}}]


def test_what_oneself_said_is_not_heard_again() -> None:
    assert bus.heard(json.dumps({"from": whisper.ME, "heads": {"room:1": 1}})) == []


@pytest.mark.parametrize("harm", ["sender", "site", "cut", "noise"])
def test_what_cannot_be_opened_is_left_to_the_log(monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    bell = json.loads(said_by_another(monkeypatch))
    if harm == "sender":
        bell["from"] = "a third"
    elif harm == "cut":
        bell["sealed"] = bell["sealed"][:-8]
    elif harm == "noise":
        bell["sealed"] = "not base64 \N{BLACK HEART SUIT}"
    strange = "k:" + "QUFB" * 10 + "QUE="
    with override_settings(SEALING_KEYS=strange) if harm == "site" else override_settings():
        assert bus.heard(json.dumps(bell)) == [{"heads": {"room:1": 1}}]


def test_there_is_no_whisper_of_nothing_nor_of_too_much() -> None:
    assert whisper.seal([]) is None
    assert whisper.seal([("room:1", [{"seq": 1, "data": {"text": "x" * whisper.AT_MOST}}])]) is None


@pytest.mark.django_db(transaction=True)
async def test_runs_that_overtake_each_other_are_told_in_order_without_the_log(
    desk: str, monkeypatch: pytest.MonkeyPatch, watcher: Socket
) -> None:
    asked: list[int] = []

    def stretch(topic: str, after: int, until: int) -> list[Any]:
        asked.append(after)
        return []

    monkeypatch.setattr(log, "stretch", stretch)
    for seqs in ([3], [2], [2], [1], [4, 5], [7], [6]):
        run = [envelope(desk, seq, now(), Happened(n=seq)) for seq in seqs]
        hub()._on_bell({"ready": {desk: run}})
        hub()._on_bell({"heads": {desk: seqs[-1]}})
    assert [(await watcher.next())["seq"] for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    assert asked == []


@pytest.mark.django_db(transaction=True)
async def test_what_was_never_whispered_is_read_and_nothing_is_told_twice(
    desk: str, monkeypatch: pytest.MonkeyPatch, watcher: Socket
) -> None:
    monkeypatch.setattr("live.bus.ring", lambda heads, ready=None: None)
    await reads(tell, desk, 1, 2, 3, 4)
    for seq in (3, 4, 2):  # the first is lost
        hub()._on_bell({"ready": {desk: [envelope(desk, seq, now(), Happened(n=seq))]}})
        hub()._on_bell({"heads": {desk: seq}})
    assert [(await watcher.next())["seq"] for _ in range(4)] == [1, 2, 3, 4]
    await reads(tell, desk, 5)
    assert (await watcher.next())["seq"] == 5


@pytest.mark.parametrize(
    "noise", ["[]", "1", "null", '{"from": 5, "sealed": "AAAA"}', '{"heads": 5}', "not json", '{"pass": []}']
)
@pytest.mark.django_db(transaction=True)
async def test_noise_on_the_bus_deafens_nobody(desk: str, noise: str, watcher: Socket) -> None:
    own = hub()
    ears._hear(noise.encode(), own._on_bell)
    run = [envelope(desk, 1, now(), Happened(n=1))]
    ears._hear(json.dumps({"heads": {}, "ready": {desk: run}}).encode(), own._on_bell)
    assert (await watcher.next())["seq"] == 1


def test_a_head_that_was_rung_late_does_not_lower_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[Any] = []

    class Trip:
        def __enter__(self) -> "Trip":
            return self

        def __exit__(self, *_: object) -> None: ...

        def publish(self, channel: str, data: str) -> None:
            published.append(json.loads(data))

        def execute(self) -> list[int]:
            return [1] * len(published)

    class Redis:
        def pipeline(self, transaction: bool) -> Trip:
            return Trip()

    monkeypatch.setattr(bus, "_client", Redis())
    bus._send([{"heads": {"room:1": 6}}, {"heads": {"room:1": 5, "room:2": 1}}])
    assert published[0]["heads"] == {"room:1": 6, "room:2": 1}
