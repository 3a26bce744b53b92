"""Database work from async code: a small pool for reads, the writer's one thread for writes."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import close_old_connections, connections

from records.writer import Work, writer

P = ParamSpec("P")
T = TypeVar("T")
READERS = 4
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()
_answers: "WeakKeyDictionary[asyncio.AbstractEventLoop, list[Any]]" = WeakKeyDictionary()
"""What the writer has to say to each loop."""


async def reads(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a reading function on one of the readers' threads."""
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(READERS, thread_name_prefix="reads")
    call = partial(copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool, _with_connection, call)


async def writes(key: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a writing function in the writer's next batch; returns once it is committed.

    `key` names what it locks first (a topic), so that batches of two processes lock in the same order.
    """
    return await _answer(writer.submit(key, partial(function, *args, **kwargs)))


async def joins(work: Work, item: Any) -> Any:
    """Have an item be part of the next batch of a kind of work; returns its outcome once that is committed."""
    return await _answer(writer.join(work, item))


def _answer(done: "Future[T]") -> "asyncio.Future[T]":
    """The same future for the running loop. A batch of answers wakes the loop once, not once for each."""
    loop = asyncio.get_running_loop()
    answers = _answers.setdefault(loop, [])
    future: asyncio.Future[T] = loop.create_future()

    def tell(done: "Future[T]") -> None:
        with _lock:
            answers.append((future, done))
            first = len(answers) == 1
        if first and not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, answers)

    done.add_done_callback(tell)
    return future


def _resolve(answers: "list[tuple[asyncio.Future[Any], Future[Any]]]") -> None:
    with _lock:
        told, answers[:] = answers[:], []
    for future, done in told:
        if future.done():
            continue
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
