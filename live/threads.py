"""Database work from async code: a small pool for reads, the writer's one thread for writes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

from records.writer import writer

P = ParamSpec("P")
T = TypeVar("T")
READERS = 4
_pool: ThreadPoolExecutor | None = None


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
    return await asyncio.wrap_future(writer.submit(key, partial(function, *args, **kwargs)))


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
