"""Group commit: one transaction for many, a bad one alone, success told only after the commit."""

import threading
import uuid
from collections.abc import Iterator, Sequence

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from records import audit, rows
from records.models import AuditRow
from records.writer import Applied, Job, Writer, commit, join

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer() -> Iterator[Writer]:
    """A writer of this test's own."""
    own = Writer()
    yield own
    own.stop()


def row() -> uuid.UUID:
    """One write."""
    return audit.record("test", "room", "x", actor=None).id


def fail() -> None:
    """One write that goes wrong half-way."""
    row()
    raise ValueError("bad item")


def test_a_job_is_kept_and_answered(writer: Writer) -> None:
    assert AuditRow.objects.filter(pk=writer.submit("a", row).result(5)).exists()


def test_a_bad_one_fails_alone_and_keeps_nothing(writer: Writer) -> None:
    jobs = [Job("a", row), Job("b", fail), Job("c", row)]
    commit(jobs)
    assert isinstance(jobs[1].future.exception(1), ValueError)
    assert {jobs[0].future.result(1), jobs[2].future.result(1)} == set(AuditRow.objects.values_list("pk", flat=True))


def test_what_arrives_during_a_commit_shares_the_next_transaction(writer: Writer) -> None:
    entered, go = threading.Event(), threading.Event()
    transactions: list[int] = []

    def first() -> None:
        entered.set()
        go.wait(5)

    def note() -> None:
        transaction.on_commit(lambda: transactions.append(threading.get_ident()))
        transactions.append(0)

    waiting = writer.submit("a", first)
    assert entered.wait(5)
    rest = [writer.submit("a", note) for _ in range(10)]
    go.set()
    waiting.result(5)
    for future in rest:
        future.result(5)
    assert transactions[:10] == [0] * 10  # ten ran before the first was committed: one transaction


def test_nobody_is_told_before_the_commit(writer: Writer) -> None:
    seen: list[bool] = []

    known = threading.Event()

    def apply() -> None:
        known.wait(5)
        transaction.on_commit(lambda: seen.append(future.done()))

    future = writer.submit("a", apply)
    known.set()
    future.result(5)
    assert seen == [False]


def test_when_the_batch_cannot_commit_each_is_tried_alone() -> None:
    def poison() -> None:
        if len(connection.savepoint_ids) >= 1:
            raised = transaction.get_connection()
            raised.needs_rollback = True
        raise RuntimeError("poison")

    jobs = [Job("a", row), Job("b", poison), Job("c", row)]
    commit(jobs)
    assert jobs[1].future.exception(1) is not None
    assert AuditRow.objects.count() == 2


class Rows:
    """Work that writes a row for each item; `bad` breaks the whole batch, `no` is refused before it, `none` after."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def quick(self, item: str) -> str | None:
        """Only what begins with q."""
        return item if item.startswith("q") else None

    def ready(self, items: Sequence[str]) -> list[object]:
        """Refuse `no`."""
        return [ValueError(item) if item == "no" else item for item in items]

    def apply(self, items: Sequence[str]) -> Applied:
        """Write a row each, the last one with the commit."""
        self.batches.append(list(items))
        made = [audit.row("test", "room", item, actor=None) for item in items]
        rows.run([rows.Insert(AuditRow, made[:-1])])
        if "bad" in items:
            raise RuntimeError("bad")
        outcomes = [KeyError(item) if item == "none" else item for item in items]
        return outcomes, [rows.Insert(AuditRow, made[-1:])]


def test_items_of_one_work_share_a_transaction_and_a_bad_one_is_found_by_halves() -> None:
    work = Rows()
    jobs = [Job("", item, work) for item in ("a", "b", "no", "bad", "c", "none", "d", "e")]
    commit(jobs)
    said = [job.future.exception(1) or job.future.result(1) for job in jobs]
    assert [one if isinstance(one, str) else type(one) for one in said] == [
        *("a", "b", ValueError, RuntimeError, "c", KeyError, "d", "e"),
    ]
    assert set(AuditRow.objects.values_list("subject_id", flat=True)) == {"a", "b", "c", "none", "d", "e"}
    assert work.batches[0] == ["a", "b", "bad", "c", "none", "d", "e"]
    assert max(len(batch) for batch in work.batches[-3:]) < 7


def test_what_was_ready_at_once_is_not_made_ready_again(writer: Writer) -> None:
    work = Rows()
    job = join(work, "quick")
    writer.add([job])
    assert job.future.result(5) == "quick"
    assert [Job("", "q", work, work.quick("q")).ready, Job("", "x", work, work.quick("x")).ready] == ["q", None]


def test_functions_and_works_of_one_batch_do_not_stand_in_each_others_way() -> None:
    work = Rows()
    jobs = [Job("a", row), Job("", "bad", work), Job("b", fail), Job("", "good", work)]
    commit(jobs)
    assert isinstance(jobs[0].future.result(1), uuid.UUID)
    assert isinstance(jobs[1].future.exception(1), RuntimeError)
    assert isinstance(jobs[2].future.exception(1), ValueError)
    assert jobs[3].future.result(1) == "good"
    assert AuditRow.objects.count() == 2


def test_a_commit_whose_answer_was_lost_is_not_done_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, lost = BaseDatabaseWrapper.commit, list[bool]()

    def commits(self: BaseDatabaseWrapper) -> None:
        usual(self)
        if not lost:
            lost.append(True)
            raise OperationalError("the server closed the connection")

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", commits)
    jobs = [Job("a", row), Job("b", row)]
    commit(jobs)
    assert [type(job.future.exception(1)) for job in jobs] == [OperationalError] * 2
    assert AuditRow.objects.count() == 2


def test_one_that_is_refused_costs_its_neighbours_one_more_try() -> None:
    tried: list[int] = []

    def counted() -> None:
        tried.append(0)

    jobs = [*(Job("a", counted) for _ in range(40)), Job("b", fail), Job("c", fail)]
    commit(jobs)
    assert len(tried) == 80
    assert all(job.future.exception(1) is None for job in jobs[:40])


def test_without_a_database_everybody_is_told_after_one_more_try(monkeypatch: pytest.MonkeyPatch) -> None:
    work, tried = Rows(), list[int]()

    def apply(items: Sequence[str]) -> Applied:
        tried.append(len(items))
        connection.close()
        raise OperationalError("no connection")

    monkeypatch.setattr(work, "apply", apply)
    jobs = [Job("", str(number), work) for number in range(64)]
    commit(jobs)
    assert tried == [64, 64]
    assert all(isinstance(job.future.exception(1), OperationalError) for job in jobs)
