"""Group commit: one transaction for many, a bad one alone, success told only after the commit."""

import threading
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from records import audit
from records.models import AuditRow
from records.writer import Job, Writer, commit

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
