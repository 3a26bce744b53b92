"""What may break, and how it is mended. A fault is begun, lasts a while, and is ended; all run beside the crowd."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.chaos.crowd import Crowd
from bench.chaos.place import Place

DISK_BYTES = 64 * 1024
"""No file of a full disk may grow beyond this; PostgreSQL takes it for what it is, a disk that is full."""
STOP_SECONDS = 15
"""A web process that takes longer to end on SIGTERM has failed."""
Step = Callable[[Place, Crowd], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """Something that breaks, for how long, and how it comes back."""

    name: str
    seconds: float
    begin: Step
    end: Step


async def nothing(place: Place, crowd: Crowd) -> None:
    """It needs no mending."""


def _now(act: Callable[[Place], None]) -> Step:
    async def step(place: Place, crowd: Crowd) -> None:
        await asyncio.to_thread(act, place)

    return step


def _stop_web(place: Place) -> None:
    web = place.webs[0]
    web.signal(signal.SIGTERM)
    assert web.process is not None
    web.process.wait(STOP_SECONDS)


def _empty_disk(place: Place) -> None:
    """There is room again. What the full disk has brought down is started anew, as whoever looks after it would."""
    place.postgres.limit_files(None)
    place.postgres.stop()
    place.postgres.start()


async def _cut_mid_frame(place: Place, crowd: Crowd) -> None:
    """Again and again somebody's connection goes while a frame of theirs is half sent."""
    for _ in range(8):
        for person in crowd.people[::2]:
            person.cut_mid_frame()
        await asyncio.sleep(0.5)


async def _stall(place: Place, crowd: Crowd) -> None:
    crowd.people[1].stall()


async def _read_on(place: Place, crowd: Crowd) -> None:
    crowd.people[1].read_on()


FAULTS = [
    Fault("web_killed", 3, _now(lambda place: place.webs[0].kill()), _now(lambda place: place.webs[0].start())),
    Fault("web_stopped", 1, _now(_stop_web), _now(lambda place: place.webs[0].start())),
    Fault("redis_killed", 6, _now(lambda place: place.redis.kill()), _now(lambda place: place.redis.start())),
    Fault(
        "redis_paused",
        20,
        _now(lambda place: place.redis.signal(signal.SIGSTOP)),
        _now(lambda place: place.redis.signal(signal.SIGCONT)),
    ),
    Fault(
        "postgres_restarted", 0, _now(lambda place: place.postgres.stop()), _now(lambda place: place.postgres.start())
    ),
    Fault(
        "postgres_paused",
        9,
        _now(lambda place: place.postgres.signal(signal.SIGSTOP)),
        _now(lambda place: place.postgres.signal(signal.SIGCONT)),
    ),
    Fault("postgres_killed", 3, _now(lambda place: place.postgres.kill()), _now(lambda place: place.postgres.start())),
    Fault("worker_killed", 3, _now(lambda place: place.worker.kill()), _now(lambda place: place.worker.start())),
    Fault("client_cut", 0, _cut_mid_frame, nothing),
    Fault("reader_stalled", 6, _stall, _read_on),
    Fault("disk_full", 5, _now(lambda place: place.postgres.limit_files(DISK_BYTES)), _now(_empty_disk)),
]
