"""A topic counts 1, 2, 3…, in the order of commits, whoever writes at the same time."""

import threading

import pytest
from django.db import connection, transaction

from live import log
from live.models import LogEntry, Topic
from tests.live.conftest import Happened, Passed, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_topic_counts_from_one_and_skips_none() -> None:
    assert tell("room:a", 10, 11, 12) == [1, 2, 3]
    assert tell("room:b", 10) == [1]
    assert log.head("room:a") == 3
    assert log.head("room:nobody") == 0


def test_what_was_rolled_back_leaves_no_gap() -> None:
    tell("room:a", 1)
    with pytest.raises(RuntimeError), transaction.atomic():
        log.tell("room:a", Happened, {"n": 2})
        raise RuntimeError
    assert tell("room:a", 3) == [2]


def test_it_is_told_inside_a_transaction_or_not_at_all() -> None:
    with pytest.raises(RuntimeError):
        log.tell("room:a", Happened, {"n": 1})


def test_a_passing_event_is_never_kept() -> None:
    with pytest.raises(ValueError, match="passing"), transaction.atomic():
        log.tell("room:a", Passed, {"n": 1})


def test_a_page_is_the_newest_of_what_came_after_in_order() -> None:
    tell("room:a", *range(1, 31))
    assert [event["seq"] for event in log.page("room:a", 0, 10)] == list(range(21, 31))
    assert [event["data"]["n"] for event in log.page("room:a", 27)] == [28, 29, 30]
    assert [event["seq"] for event in log.stretch("room:a", 3, 6)] == [4, 5, 6]


def test_writers_at_the_same_time_share_one_count() -> None:
    def write() -> None:
        try:
            for _ in range(20):
                with transaction.atomic():
                    log.tell_all([("room:b", Happened, {"n": 1}), ("room:a", Happened, {"n": 1})])
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for topic in ("room:a", "room:b"):
        seqs = list(LogEntry.objects.filter(topic_id=topic).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, 81))
        assert Topic.objects.get(pk=topic).head == 80


def test_the_bell_rings_only_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[dict[str, int]] = []
    monkeypatch.setattr("live.bus.ring", lambda heads, ready: rung.append(heads))
    with transaction.atomic():
        log.tell("room:a", Happened, {"n": 1})
        assert rung == []
    assert rung == [{"room:a": 1}]
