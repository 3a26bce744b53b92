"""Who is compared: the tutorial with `acreate`, this product on both its databases, and the floor in C.

The server under test has a core of its own; the load client, Redis and PostgreSQL (fsync on) share another.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench import servers, site, usage
from bench.fleet import Seat
from bench.native import compiled

ANY_NUMBER = "0"
"""Of posts a minute by each person: the one rule of the product that a bench must lift."""


@dataclass(frozen=True)
class Contestant:
    """A server that runs."""

    name: str
    pid: int
    seats: Callable[[int, int], list[Seat]]
    """Seats in so many new rooms for so many people each, room by room."""
    crowd: Callable[[int], list[Seat]]
    """So many seats in one room, for sockets that only listen."""


@contextmanager
def tutorial() -> Iterator[Contestant]:
    """The tutorial under Daphne, on PostgreSQL and Redis."""
    with ExitStack() as stack:
        environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        environ["BENCH_POSTGRES"] = stack.enter_context(servers.postgres())
        environ["BENCH_REDIS"] = stack.enter_context(servers.redis())
        port = servers.free_port()
        command = [
            sys.executable,
            "-m",
            "daphne",
            "-b",
            "127.0.0.1",
            "-p",
            str(port),
            "-v0",
            "bench.tutorial:application",
        ]
        with usage.on_core(usage.cores()[0]):
            running = servers.listening(command, port, env=environ, cwd=site.ROOT)
            process = stack.enter_context(running)
        message = '{"message": "%BODY%"}'
        yield Contestant("tutorial", process.pid, *_by_path(port, "/ws/{}/", message))


@contextmanager
def floor() -> Iterator[Contestant]:
    """The broadcast server in C."""
    port = servers.free_port()
    with ExitStack() as stack:
        with usage.on_core(usage.cores()[0]):
            process = stack.enter_context(servers.listening([compiled("floor.c"), str(port)], port))
        yield Contestant("floor", process.pid, *_by_path(port, "/{}", "%BODY%"))


@contextmanager
def ours(backend: str) -> Iterator[Contestant]:
    """This product with everything on: sign-in, screen, seal, log, audit. `backend` is postgres or sqlite."""
    with site.running(backend, core=usage.cores()[0], HOLDFAST_POSTS_PER_MINUTE=ANY_NUMBER) as running:
        seats = prepared_seats(running)

        def crowd(count: int) -> list[Seat]:
            one = seats(1, 200)
            return (one * (count // len(one) + 1))[:count]

        yield Contestant(backend, running.pid, seats, crowd)


def _by_path(
    port: int, path: str, message: str
) -> tuple[Callable[[int, int], list[Seat]], Callable[[int], list[Seat]]]:
    """Rooms that are whatever the address says."""
    made = 0

    def seats(rooms: int, size: int) -> list[Seat]:
        nonlocal made
        made += rooms
        names = [path.format(f"room{made - number}") for number in range(rooms)]
        return [Seat(port=port, path=name, message=message) for name in names for _ in range(size)]

    return seats, lambda count: seats(1, count)


def prepared_seats(running: site.Site) -> Callable[[int, int], list[Seat]]:
    """Rooms of cohorts whose session is live, and everybody in them signed in."""

    def seats(rooms: int, size: int) -> list[Seat]:
        # A listener comes with every room.
        asked = [{"speakers": [f"Person {number}" for number in range(size - 1)]}] * rooms
        made = running.script("bench.prepare", given=json.dumps(asked))["rooms"]
        return [_seat(running.port, room["room"], cookie) for room in made for cookie in room["cookies"]]

    return seats


def _seat(port: int, room: str, cookie: str) -> Seat:
    return Seat(
        port=port,
        path="/ws/",
        cookie=cookie,
        hello=json.dumps({"v": 1, "cmd": "join", "cid": "hello", "room": room}),
        until='"ack":"hello"',
        message='{"v":1,"cmd":"post","cid":"%ID%","room":"' + room + '","text":"%BODY%"}',
    )


EVERYBODY = {
    "tutorial": tutorial,
    "postgres": lambda: ours("postgres"),
    "sqlite": lambda: ours("sqlite"),
    "floor": floor,
}
