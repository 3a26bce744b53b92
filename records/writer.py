"""Group commit: what arrived while the last commit was running goes in the next transaction.

Jobs of one batch run in one transaction, each behind its own savepoint, so a bad one fails alone; if the batch itself
cannot be committed, its jobs are tried again one by one. A job is told it succeeded only after the commit. The writer
knows no room: a job is a function and a key, and jobs are run in order of their keys so that two processes take their
locks in the same order.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.db import close_old_connections, connections, transaction

T = TypeVar("T")
BATCH = 64
IDLE_SECONDS = 5.0
"""After so long without work the writer's connection is closed."""
log = logging.getLogger("holdfast.writer")


@dataclass(slots=True)
class Job:
    """One write that waits for its commit."""

    key: str
    apply: Callable[[], Any]
    context: Context = field(default_factory=copy_context)
    future: "Future[Any]" = field(default_factory=Future)


class Writer:
    """One thread, one connection, one transaction at a time."""

    def __init__(self) -> None:
        """Starts no thread yet."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, key: str, apply: Callable[[], T]) -> "Future[T]":
        """Have `apply` run inside the next batch. The future is done once that is committed, or with its error."""
        job = Job(key, apply)
        self._jobs.put(job)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
        return job.future

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
                batch, ending = [first], False
                while len(batch) < BATCH and not self._jobs.empty():
                    job = self._jobs.get()
                    if job is None:
                        ending = True
                        break
                    batch.append(job)
                commit(batch)
                if ending:
                    return
        finally:
            connections.close_all()


def commit(batch: list[Job]) -> None:
    """Run a batch in one transaction; if that fails as a whole, each job in one of its own."""
    batch = [job for job in sorted(batch, key=lambda job: job.key) if job.future.set_running_or_notify_cancel()]
    close_old_connections()
    try:
        outcomes = _together(batch)
    except Exception as error:
        if len(batch) == 1:
            batch[0].future.set_exception(error)
            return
        log.warning("a batch of %d writes failed (%s); trying them one by one", len(batch), type(error).__name__)
        for job in batch:
            try:
                outcome = _together([job])[0]
            except Exception as alone:
                outcome = alone
            _tell(job, outcome)
        return
    for job, outcome in zip(batch, outcomes, strict=True):
        _tell(job, outcome)


def _together(batch: list[Job]) -> list[Any]:
    outcomes: list[Any] = []
    with transaction.atomic():
        for job in batch:
            try:
                with transaction.atomic():
                    outcomes.append(job.context.run(job.apply))
            except Exception as error:
                if transaction.get_connection().needs_rollback or transaction.get_connection().connection is None:
                    raise
                outcomes.append(error)
    return outcomes


def _tell(job: Job, outcome: Any) -> None:
    if isinstance(outcome, Exception):
        job.future.set_exception(outcome)
    else:
        job.future.set_result(outcome)


writer = Writer()
"""This process's writer."""
