"""What a site needs as it grows: a storm of returning sockets, many idle ones, and rooms in one web process and in
several. docs/scale.md is written from it.

python -m bench.scale [--storm 2000] [--idle 10000] [--webs 4]      a JSON line for each; 0 leaves one out
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from time import perf_counter
from typing import Any

from bench import servers, site, usage
from bench.contestants import EVERYBODY, ours, prepared_seats
from bench.fleet import Fleet, LoadError, Seat, opened
from bench.load import measure

BESIDE = ("postgres", "valkey")
"""What runs beside the web processes, by the names of its processes."""
ROOMS, SIZE = 20, 12
"""Rooms of the run over several web processes, and people in each, every one on the next process."""


def storm(count: int) -> dict[str, Any]:
    """So many sockets come to one process at the same moment, each into its room."""
    with usage.on_core(usage.cores()[1]), ours("postgres") as one:
        seats = one.seats(count // SIZE, SIZE)
        before = usage.cpu_seconds(one.pid)
        fleet, began = Fleet(seats, at_once=len(seats)), perf_counter()
        try:
            fleet.open()
            seconds = perf_counter() - began
            fleet.settle(2.0)
            calm = measure(fleet, SIZE, one.pid, rate=20.0, seconds=2.0)
        finally:
            fleet.close()
        spent = usage.cpu_seconds(one.pid) - before
    return {
        "storm": len(seats),
        "seconds": round(seconds, 1),
        "core_ms_each": round(spent * 1000 / len(seats), 1),
        "faults": calm.faults,
    }


def idle(count: int) -> dict[str, Any]:
    """So many silent sockets in one process, of ours and of the tutorial's."""
    found: dict[str, Any] = {"idle": count}
    for name in ("postgres", "tutorial"):
        with usage.on_core(usage.cores()[1]), EVERYBODY[name]() as one:
            before = usage.memory_bytes(one.pid)
            with opened(one.crowd(count)) as fleet:
                fleet.settle(2.0)
                busy, began = usage.cpu_seconds(one.pid), perf_counter()
                fleet.settle(10.0)
                busy = (usage.cpu_seconds(one.pid) - busy) / (perf_counter() - began)
                found[name] = {
                    "bytes_each": round((usage.memory_bytes(one.pid) - before) / count),
                    "core_us_each_a_second": round(busy * 1e6 / count, 1),
                }
    return found


def spread(webs: int) -> dict[str, Any]:
    """Rooms whose people are spread over several web processes: everything told in one is told in all."""
    with usage.on_core(usage.cores()[1]), ExitStack() as stack:
        first = stack.enter_context(site.running("postgres", core=usage.cores()[0], HOLDFAST_POSTS_PER_MINUTE="0"))
        ports, pids = [first.port], [first.pid]
        for _ in range(webs - 1):
            web = site.web(first.environ)
            stack.callback(web.stop)
            with usage.on_core(usage.cores()[0]):
                web.start()
            pids.append(web.pid)
            ports.append(web.port)
        seats = _over(prepared_seats(first)(ROOMS, SIZE), ports)
        with opened(seats) as fleet:
            fleet.settle(1.0)
            before = _spent(pids)
            full = measure(fleet, SIZE, pids[0], window=2, seconds=5.0)
            after = _spent(pids)
            calm = measure(fleet, SIZE, pids[0], rate=2.0 * ROOMS, seconds=10.0)
    cost = [round((now - then) * 1e6 / full.sent) for now, then in zip(after, before, strict=True)]
    return {
        "webs": webs,
        "rooms": f"{ROOMS}x{SIZE}",
        "deliveries_per_s": round(full.deliveries_per_s),
        "posts_per_s": round(full.posts_per_s),
        "core_us_per_post": dict(zip(("webs", *BESIDE), cost, strict=True)),
        "calm_p50_ms": calm.p50_ms,
        "calm_p99_ms": calm.p99_ms,
        "faults": full.faults + calm.faults,
    }


def _spent(pids: Sequence[int]) -> list[float]:
    """Seconds on a core of the web processes together, and of what runs beside them."""
    return [sum(map(usage.cpu_seconds, pids)), *map(usage.cpu_seconds_of, BESIDE)]


def _over(seats: Sequence[Seat], ports: Sequence[int]) -> list[Seat]:
    return [replace(seat, port=ports[place % len(ports)]) for place, seat in enumerate(seats)]


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storm", type=int, default=2000)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--webs", type=int, default=4)
    asked = parser.parse_args()
    servers.leave_politely()
    try:
        usage.cores()
        every = [(asked.storm, storm), (asked.idle, idle), (min(asked.webs, 1), spread), (asked.webs, spread)]
        for wanted, measured in every:
            if wanted:
                print(json.dumps(measured(wanted)), flush=True)
    except (servers.Missing, LoadError, OSError, RuntimeError) as error:
        print(f"scale: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
