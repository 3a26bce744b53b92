"""What processes of this machine use: time on a core, memory, and what everybody else uses beside them."""

import functools
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@functools.cache
def cores() -> tuple[int, int]:
    """The core of the server under test, and the one of all the rest. Raises `RuntimeError` where there is but one."""
    here = sorted(os.sched_getaffinity(0))
    if len(here) < 2:
        raise RuntimeError("The benches need two cores: one for the server, one for all the rest.")
    return here[0], here[-1]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started within runs on this core, and stays there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """Time a process and its children, ended ones too, have spent on a core."""
    total = 0.0
    for one in _family(pid):
        with suppress(psutil.Error):
            total += sum(one.cpu_times()[:4])
    return total


def cpu_seconds_of(name: str) -> float:
    """The same of all that this process has running below it under names that hold this word."""
    total = 0.0
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            total += sum(one.cpu_times()[:2]) if name in one.name() else 0.0
    return total


def busy_elsewhere() -> float:
    """Time spent on this machine's cores, or taken by its host, by what is neither this process nor its children."""
    spent = psutil.cpu_times()
    machine = sum(getattr(spent, kind) for kind in ("user", "nice", "system", "irq", "softirq", "steal"))
    return float(machine) - cpu_seconds(os.getpid())


def memory_bytes(pid: int) -> int:
    """Memory a process and its children hold; what they share is counted once (PSS)."""
    return sum(int(one.memory_full_info().pss) for one in _family(pid))


def fsync_ms() -> float:
    """Milliseconds to write 8 KiB and have it on the disk of the temporary folder, the mean of 50."""
    with tempfile.TemporaryFile(buffering=0) as file:
        began = time.perf_counter()
        for _ in range(50):
            file.write(bytes(8192))
            os.fsync(file.fileno())
        return round((time.perf_counter() - began) * 20, 2)


def _family(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]
