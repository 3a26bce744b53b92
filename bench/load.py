"""Measuring: a closed loop finds how much a server can, an open loop at a fixed rate how long a message takes."""

import ctypes
import functools
import time
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_uint32, c_uint64
from dataclasses import dataclass

from bench import usage
from bench.fleet import Fleet, LoadError
from bench.native import compiled

WORDS = b"still here and glad of it "
BODY = 100
"""Characters of text in a message."""
LATENCIES = 1 << 22


class _Plan(ctypes.Structure):
    _fields_ = [  # the same in load.c
        *((name, c_int32) for name in ("sockets", "rooms", "size", "due", "body", "window")),
        *((name, c_double) for name in ("rate", "warm", "measured", "drain")),
        ("fds", POINTER(c_int32)),
        ("messages", POINTER(c_char_p)),
        ("ids", POINTER(c_uint64)),
        ("words", c_char_p),
        ("latency_us", POINTER(c_uint32)),
        ("latency_room", c_int64),
    ]


_COUNTS = ("sent", "delivered", "measured", "lost", "surplus", "closed", "elapsed_ns", "idle_ns")


class _Result(ctypes.Structure):
    _fields_ = [(name, c_int64) for name in _COUNTS]


@dataclass(frozen=True, kw_only=True)
class Load:
    """One measurement."""

    rooms: int
    size: int
    sent: int
    deliveries_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_delivery: float
    """Of the server alone."""
    server_busy: float
    """Share of one core the server used."""
    client_idle: float
    """Share of the time in which the load client waited; near 0 it would measure itself."""
    elsewhere: float
    """Cores that were used by what is no part of the bench."""
    lost: int
    surplus: int
    closed: int

    @property
    def posts_per_s(self) -> float:
        """Messages kept and told a second."""
        return self.deliveries_per_s / self.size

    @property
    def faults(self) -> int:
        """Deliveries that did not come or came too often, and sockets that ended: anything but 0 is no result."""
        return self.lost + self.surplus + self.closed


def measure(
    fleet: Fleet, size: int, pid: int, *, window: int = 0, rate: float = 0.0, seconds: float = 3.0, warm: float = 0.7
) -> Load:
    """Have the rooms of a fleet (`size` sockets each) talk, and see what comes. Give `window` or `rate`.

    `window` messages of each room are under way at any time, or `rate` messages a second are sent over all rooms.
    `pid` is the server's. Raises `LoadError` where a message does not make one delivery for each in its room.
    """
    if size not in fleet.tried:
        rooms = len(fleet.seats) // size
        trial = _run(fleet, size, window=0, rate=2.0 * rooms, warm=0.0, seconds=1.0, drain=5.0)[0]
        if trial.delivered != trial.sent * size:
            raise LoadError(f"{trial.sent} messages made {trial.delivered} deliveries instead of {trial.sent * size}")
        fleet.tried.add(size)
    server, elsewhere = usage.cpu_seconds(pid), usage.busy_elsewhere()
    result, latencies = _run(fleet, size, window=window, rate=rate, warm=warm, seconds=seconds, drain=10.0)
    server, elsewhere = usage.cpu_seconds(pid) - server, usage.busy_elsewhere() - elsewhere
    elapsed = result.elapsed_ns / 1e9
    return Load(
        rooms=len(fleet.seats) // size,
        size=size,
        sent=result.sent,
        deliveries_per_s=result.measured / seconds,
        p50_ms=_at(latencies, 0.5),
        p99_ms=_at(latencies, 0.99),
        cpu_us_per_delivery=server * 1e6 / max(1, result.delivered),
        server_busy=server / elapsed,
        client_idle=result.idle_ns / result.elapsed_ns,
        elsewhere=max(0.0, elsewhere) / elapsed,
        lost=result.lost,
        surplus=result.surplus,
        closed=result.closed,
    )


def _run(
    fleet: Fleet, size: int, *, window: int, rate: float, warm: float, seconds: float, drain: float
) -> tuple[_Result, list[int]]:
    count = len(fleet.seats)
    fleet.settle()
    latencies = (c_uint32 * LATENCIES)()
    result = _Result()
    # Ids go on from the clock: no later run of the same people repeats one.
    plan = _Plan(
        *(count, count // size, size, size, BODY, window, rate, warm, seconds, drain),
        (c_int32 * count)(*(one.fileno() for one in fleet.sockets)),
        (c_char_p * count)(*(seat.message.encode() for seat in fleet.seats)),
        (c_uint64 * count)(*([time.time_ns() // 1000] * count)),
        WORDS,
        latencies,
        LATENCIES,
    )
    _library().run(ctypes.byref(plan), ctypes.byref(result))
    return result, sorted(latencies[: min(result.measured, LATENCIES)])


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(str(compiled("load.c", "-shared", "-fPIC")))


def _at(latencies: list[int], share: float) -> float:
    return latencies[int((len(latencies) - 1) * share)] / 1000 if latencies else 0.0
