"""Random bytes from the system, fetched some at a time.

Every call of `os.urandom` hands the interpreter to another thread and waits to get it back, which costs a busy server
more than the rest of sealing a message.
"""

import os
import threading
from uuid import UUID

AT_ONCE = 4096
_lock = threading.Lock()
_pool = b""
_used = 0


def take(count: int) -> bytes:
    """So many bytes fit for keys and nonces; none is ever given twice."""
    global _pool, _used
    with _lock:
        if len(_pool) - _used < count:
            _pool, _used = os.urandom(max(AT_ONCE, count)), 0
        taken = _pool[_used : _used + count]
        _used += count
    return taken


def new_id() -> UUID:
    """A random id (UUID version 4)."""
    return UUID(bytes=take(16), version=4)


def _forget() -> None:
    """What a parent process fetched is not for its child: both would give the same."""
    global _pool, _used, _lock
    _lock, _pool, _used = threading.Lock(), b"", 0


os.register_at_fork(after_in_child=_forget)
