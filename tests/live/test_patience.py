"""A database from which nothing comes is not waited for without end; one that is only slow is."""

import asyncio
import threading

import pytest
from django.db import OperationalError

from live import threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not wait for five seconds."""
    monkeypatch.setattr(threads, "STORAGE_SECONDS", 0.2)


async def test_who_waits_for_a_database_that_does_not_answer_is_told() -> None:
    free = threading.Event()
    done: list[str] = []
    stuck = [asyncio.ensure_future(threads.reads(free.wait, 20)) for _ in range(threads.READERS)]
    await asyncio.sleep(0)  # each has a reader to itself
    with pytest.raises(OperationalError):
        await threads.reads(done.append, "behind them")
    free.set()
    with pytest.raises(OperationalError):
        await stuck[0]
    await asyncio.gather(*stuck, return_exceptions=True)
    assert await threads.reads(lambda: "again") == "again"
    assert done == []  # they were told it was not done, so it was not done later


async def test_a_long_queue_is_waited_for() -> None:
    turn = threading.Event()
    queue = [threads.reads(turn.wait, 0.1) for _ in range(80)]  # two seconds of work for the readers
    assert await asyncio.gather(*queue) == [False] * 80


async def test_what_is_under_way_when_its_asker_goes_is_done_all_the_same() -> None:
    free, done = threading.Event(), threading.Event()

    def write() -> None:
        free.wait(5)
        done.set()

    asking = asyncio.ensure_future(threads.writes("a", free.wait, 5))
    behind = asyncio.ensure_future(threads.writes("b", write))
    await asyncio.sleep(0.05)
    for one in (asking, behind):
        one.cancel()
    free.set()
    assert await asyncio.to_thread(done.wait, 5)
