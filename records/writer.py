"""Group commit: what arrived while the last commit was running goes in the next transaction.

The writer knows no room. It takes items for a kind of work (`Work`) that does many in one go, and single functions; the
items of one kind share a transaction. If a batch fails, it is undone and tried again, in halves until the bad one
stands alone: dearer for the rare failure, but no savepoint for each of many that go well. An item is told what became
of it only after the commit.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Protocol, TypeVar

from django.db import Error as DatabaseFailure
from django.db import close_old_connections, connections, transaction

from records import rows

T = TypeVar("T")
BATCH = 128
IDLE_SECONDS = 5.0
"""After so long without work the writer's connection is closed."""
ASK_SECONDS = 1.0
"""How long a connection that worked is taken to be good; one that is not after all costs its batch a second try."""
log = logging.getLogger("holdfast.writer")
_asked_at = 0.0
_under_way = threading.local()


Applied = tuple[Sequence[Any], Sequence[rows.Write]]
"""Outcomes, and the writes that end the transaction: they share a trip with its commit."""


class Work(Protocol):
    """A kind of write that is done for many items in one go. Outcomes come in the order of the items.

    An outcome that is an exception is raised to whoever waits for that item; it keeps what was written for it. If
    `ready` or `apply` itself raises, nothing of that transaction is kept, and the items are tried again in halves; so
    doing an item that was done already must give what it gave before.
    """

    def quick(self, item: Any) -> Any:
        """What `ready` gives for one item, on the thread that asks, where that needs no database; else None."""

    def ready(self, items: Sequence[Any]) -> Sequence[Any]:
        """Outside any transaction: each item as `apply` wants it, or an exception for one that goes no further."""

    def apply(self, items: Sequence[Any]) -> "Applied":
        """Inside one transaction: what became of each, and what is written last. Locks first, in one order."""


def join(work: Work, item: Any) -> "Job":
    """A job that makes `item` part of a batch of `work`; `Writer.add` takes it.

    What can be done for it without the database is done here and now, while the last batch is being committed.
    """
    return Job("", item, work, work.quick(item))


@dataclass(slots=True)
class Job:
    """One item that waits for its commit."""

    key: str
    item: Any
    work: "Work | None" = None
    """None: `item` is a function of its own."""
    ready: Any = None
    """What `Work.quick` gave, if it gave anything."""
    context: Context = field(default_factory=copy_context)
    future: "Future[Any]" = field(default_factory=Future)


class Writer:
    """One thread, one connection, one transaction at a time."""

    def __init__(self) -> None:
        """Starts no thread yet."""
        self._jobs: SimpleQueue[list[Job] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, key: str, apply: Callable[[], T]) -> "Future[T]":
        """Have `apply` run inside the next batch. The future is done once that is committed, or with its error.

        Functions of one batch run in the order of their keys, so that two processes take their locks in one order.
        """
        job = Job(key, apply)
        self.add([job])
        return job.future

    def add(self, jobs: "list[Job]") -> None:
        """Have jobs be part of the next batch, if they are not too many for one. Their futures say when they are."""
        self._jobs.put(jobs)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Finish what was submitted, then end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None and thread.is_alive():
            self._jobs.put(None)
            thread.join()

    def _run(self) -> None:
        try:
            while True:
                try:
                    first = self._jobs.get(timeout=IDLE_SECONDS)
                except Empty:
                    connections.close_all()
                    first = self._jobs.get()
                if first is None:
                    return
                batch, ending = first, False
                while len(batch) < BATCH and not self._jobs.empty():
                    more = self._jobs.get()
                    if more is None:
                        ending = True
                        break
                    batch = batch + more
                for start in range(0, len(batch), BATCH):
                    commit(batch[start : start + BATCH])
                if ending:
                    return
        finally:
            connections.close_all()


def commit(batch: Sequence[Job]) -> None:
    """Do a batch: the items of each kind of work in one transaction, the single functions in another."""
    _keep_connection()
    kinds: defaultdict[int, list[Job]] = defaultdict(list)
    for job in batch:
        if job.future.set_running_or_notify_cancel():
            kinds[id(job.work)].append(job)
    after: list[Callable[[], None]] = []
    _under_way.after = after
    try:
        for jobs in kinds.values():
            _commit(sorted(jobs, key=lambda job: job.key))
    finally:
        del _under_way.after
        for act in after:
            act()


def after_batch(act: Callable[[], None]) -> None:
    """Call `act` once everybody in the batch under way on this thread was told; now, where none is under way.

    Waking another thread hands it the interpreter: that is done once for a batch, and when it is over.
    """
    waiting: list[Callable[[], None]] | None = getattr(_under_way, "after", None)
    if waiting is None:
        act()
    else:
        waiting.append(act)


def _keep_connection() -> None:
    """Ask whether the connection is still good, but not before every one of many batches a second."""
    global _asked_at
    if monotonic() - _asked_at > ASK_SECONDS:
        close_old_connections()
        _asked_at = monotonic()


def _commit(jobs: Sequence[Job], *, again: bool = True) -> None:
    work = jobs[0].work
    try:
        outcomes = _alone(jobs) if work is None else _together(work, jobs)
    except Exception as error:
        close_old_connections()  # one that broke is opened anew
        gone = isinstance(error, DatabaseFailure) and transaction.get_connection().connection is None
        if gone and again and work is not None:
            # The connection may only have been old. An item done twice is the same item: works know their own.
            _commit(jobs, again=False)
            return
        if len(jobs) == 1 or gone:  # without a database nobody's half fares better
            for job in jobs:
                job.future.set_exception(error)
            return
        log.info("a batch of %d writes failed (%s); trying its halves", len(jobs), type(error).__name__)
        middle = len(jobs) // 2
        _commit(jobs[:middle])
        _commit(jobs[middle:])
        return
    for job, outcome in zip(jobs, outcomes, strict=True):
        if isinstance(outcome, Exception):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)


def _together(work: Work, jobs: Sequence[Job]) -> Sequence[Any]:
    context = jobs[0].context
    outcomes = [job.ready for job in jobs]
    open_places = [place for place, ready in enumerate(outcomes) if ready is None]
    if open_places:
        read = context.run(work.ready, [jobs[place].item for place in open_places])
        for place, outcome in zip(open_places, read, strict=True):
            outcomes[place] = outcome
    going = [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
    if going:
        with transaction.atomic():
            done, last = context.run(work.apply, [outcomes[place] for place in going])
            rows.run(last, commit=True)
        for place, outcome in zip(going, done, strict=True):
            outcomes[place] = outcome
    return outcomes


def _alone(jobs: Sequence[Job]) -> Sequence[Any]:
    """Single functions in one transaction; where one fails, once more with a savepoint for each, and it fails alone."""
    try:
        return _one_by_one(jobs, apart=False)
    except Exception:
        if len(jobs) == 1:
            raise
        close_old_connections()
        return _one_by_one(jobs, apart=True)


def _one_by_one(jobs: Sequence[Job], *, apart: bool) -> Sequence[Any]:
    outcomes: list[Any] = []
    try:
        with transaction.atomic():
            for job in jobs:
                outcomes.append(_apart(job) if apart else job.context.run(job.item))
    except Exception as error:
        if len(outcomes) < len(jobs):
            raise
        # The commit itself failed, or only its answer was lost: what may have been kept is not done a second time.
        close_old_connections()
        return [error] * len(jobs)
    return outcomes


def _apart(job: Job) -> Any:
    try:
        with transaction.atomic():
            return job.context.run(job.item)
    except Exception as error:
        if transaction.get_connection().needs_rollback or transaction.get_connection().connection is None:
            raise
        return error


writer = Writer()
"""This process's writer."""
