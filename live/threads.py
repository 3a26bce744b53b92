"""Database work from async code: a small pool for reads, the writer's one thread for writes."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from django.conf import settings
from django.db import OperationalError, close_old_connections, connections

from records.writer import Job, Work, after_batch, join, writer

log = logging.getLogger("holdfast.threads")
P = ParamSpec("P")
T = TypeVar("T")
READERS = 4
STORAGE_SECONDS = 5.0
"""After so long without any answer from the database, whoever waits for one is told that nothing could be kept."""
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()
_joining: "WeakKeyDictionary[asyncio.AbstractEventLoop, list[Job]]" = WeakKeyDictionary()
"""What each loop has gathered for the writer in this turn."""
Said = tuple[Callable[..., None], tuple[Any, ...]]
_said: "WeakKeyDictionary[asyncio.AbstractEventLoop, deque[Said]]" = WeakKeyDictionary()
"""What other threads have to say to each loop."""
_woken: "WeakSet[asyncio.AbstractEventLoop]" = WeakSet()


async def reads(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a reading function on one of the readers' threads. Raises `OperationalError` if that takes too long."""
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(READERS, thread_name_prefix="reads")
    call = partial(copy_context().run, function, *args, **kwargs)
    return await _answered(_pool.submit(_with_connection, call))


async def writes(key: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a writing function in the writer's next batch; returns once it is committed. Raises as `reads` does.

    `key` names what it locks first (a topic), so that batches of two processes lock in the same order.
    """
    return await _answered(writer.submit(key, partial(function, *args, **kwargs)))


async def joins(work: Work, item: Any) -> Any:
    """Have an item be part of the next batch of a kind of work; returns its outcome once that is committed.

    Raises `OperationalError` if that takes too long; it may have been kept all the same, and asking again says so.
    What one turn of the loop brings is handed to the writer together: it makes a fuller batch of it.
    """
    loop = asyncio.get_running_loop()
    job = join(work, item)
    jobs = _joining.setdefault(loop, [])
    if not jobs:
        loop.call_soon(_hand_over, jobs)
    jobs.append(job)
    return await _answered(job.future)


def _hand_over(jobs: list[Job]) -> None:
    writer.add(jobs[:])
    jobs.clear()


async def _answered(done: "Future[T]") -> T:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    done.add_done_callback(lambda done: on_loop(loop, _resolve, future, done))
    waiting = _patience.get(loop) or _patience.setdefault(loop, Patience(loop))
    waiting.begin(future, done)
    try:
        return await future  # whoever goes away meanwhile has still said it: it is done all the same
    finally:
        waiting.end(future)


class Patience:
    """Who on a loop waits for the database. Long queues are waited for; a database from which nothing comes is not."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody waits yet."""
        self._loop = loop
        self._since: dict[asyncio.Future[Any], tuple[float, Future[Any]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.heard_at = 0.0
        """When the database last answered anybody on this loop."""

    def begin(self, future: "asyncio.Future[Any]", done: "Future[Any]") -> None:
        """Somebody waits from now on for what `done` brings."""
        self._since[future] = monotonic(), done
        if self._timer is None:
            self._timer = self._loop.call_later(1.0, self._look)

    def end(self, future: "asyncio.Future[Any]") -> None:
        """They do not wait any more."""
        self._since.pop(future, None)

    def _look(self) -> None:
        too_long = monotonic() - STORAGE_SECONDS
        if self.heard_at < too_long:
            for future, (since, done) in list(self._since.items()):
                if since < too_long and not future.done():
                    done.cancel()  # what has not begun is not done later, when they were told that it was not
                    future.set_exception(OperationalError("the database does not answer"))
        self._timer = self._loop.call_later(1.0, self._look) if self._since else None


_patience: "WeakKeyDictionary[asyncio.AbstractEventLoop, Patience]" = WeakKeyDictionary()


def on_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: Any) -> None:
    """Have a loop call something soon, from any thread, in order. All that a batch of the writer says wakes it once."""
    with _lock:
        said = _said.setdefault(loop, deque())
        said.append((call, arguments))
    after_batch(partial(_wake, loop, said))


def _wake(loop: asyncio.AbstractEventLoop, said: "deque[Said]") -> None:
    with _lock:
        wake = bool(said) and loop not in _woken and not loop.is_closed()
        if wake:
            _woken.add(loop)
    if wake:
        loop.call_soon_threadsafe(_hear, loop, said)


def _hear(loop: asyncio.AbstractEventLoop, said: "deque[Said]") -> None:
    with _lock:
        _woken.discard(loop)
    for _ in range(len(said)):
        call, arguments = said.popleft()
        try:
            call(*arguments)
        except Exception as error:  # the others must hear what is for them
            log.error("what a thread said broke: %s", type(error).__name__)


def _resolve(future: "asyncio.Future[Any]", done: "Future[Any]") -> None:
    if not done.cancelled() and (patience := _patience.get(future.get_loop())) is not None:
        patience.heard_at = monotonic()
    if future.done() or done.cancelled():
        return
    if (error := done.exception()) is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())


def stop() -> None:
    """Finish and close every thread and its connection (at the end of a process, or of a test)."""
    global _pool
    writer.stop()
    if _pool is not None:
        pool, _pool = _pool, None
        pool.shutdown(wait=True)


def _with_connection(call: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return call()
    finally:
        # A connection that a test's database must outlive is not kept; a site keeps its own for its maximum age.
        if settings.DATABASES["default"].get("CONN_MAX_AGE") == 0:
            connections.close_all()
        else:
            close_old_connections()
