"""Rounds: everybody takes turns at each arrangement of rooms, saturated and at one fixed rate."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from bench import usage
from bench.contestants import EVERYBODY, Contestant
from bench.fleet import opened
from bench.load import Load, measure

Arrangement = tuple[int, int]
"""Rooms, people in each; written rooms x people."""
WINDOW_ALONE, WINDOW_OF_MANY = 8, 2
"""Messages of each room under way when saturated: of a single room, of one among many."""
RATE_OF_A_ROOM, DELIVERIES_AT_MOST = 20.0, 2000.0
"""The fixed rate: messages a second of each room, but no more deliveries in all; the tutorial can bear it."""
ELSEWHERE_AT_MOST = 0.15
"""Cores used by others during a measurement, above which it is marked."""


@dataclass
class Row:
    """What one contestant did in one arrangement, round by round."""

    rooms: str
    name: str
    saturated: list[Load] = field(default_factory=list)
    calm: list[Load] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """Everything lost, repeated or closed in all rounds."""
        return sum(load.faults for load in [*self.saturated, *self.calm])


Rows = Mapping[tuple[str, str], Row]
"""By arrangement and contestant."""


def spelled(arrangement: Arrangement) -> str:
    """As in `50x12`."""
    return f"{arrangement[0]}x{arrangement[1]}"


def compare(
    names: Sequence[str], arrangements: Iterable[Arrangement], *, rounds: int, seconds: float
) -> dict[tuple[str, str], Row]:
    """Measure all of these contestants, alternating, in every arrangement; `seconds` each time."""
    rows: dict[tuple[str, str], Row] = {}
    with usage.on_core(usage.cores()[1]), ExitStack() as stack:
        everybody = [stack.enter_context(EVERYBODY[name]()) for name in names]
        for arrangement in arrangements:
            for _ in range(rounds):
                for one in everybody:
                    row = rows.setdefault((spelled(arrangement), one.name), Row(spelled(arrangement), one.name))
                    _turn(one, arrangement, row, seconds)
    return rows


def idle(names: Sequence[str], count: int) -> dict[str, int]:
    """Bytes each of so many silent sockets takes in a server that is fresh."""
    found = {}
    for name in names:
        with usage.on_core(usage.cores()[1]), EVERYBODY[name]() as one:
            with opened(one.crowd(20)) as fleet:
                fleet.settle(1.0)  # whatever is loaded with the first few is not theirs
            before = usage.memory_bytes(one.pid)
            with opened(one.crowd(count)) as fleet:
                fleet.settle(3.0)
                found[name] = round((usage.memory_bytes(one.pid) - before) / count)
            _say(f"{name:9} {count} idle sockets: {found[name]} bytes each")
    return found


def ratio(
    rows: Rows, rooms: str, name: str, over: str, figure: str = "deliveries_per_s", kind: str = "saturated"
) -> float:
    """How many times `over`'s figure `name` reaches: the median of the rounds."""
    ours, theirs = getattr(rows[rooms, name], kind), getattr(rows[rooms, over], kind)
    return float(median(getattr(a, figure) / (getattr(b, figure) or 1e-9) for a, b in zip(ours, theirs, strict=True)))


def _turn(one: Contestant, arrangement: Arrangement, row: Row, seconds: float) -> None:
    rooms, size = arrangement
    with opened(one.seats(rooms, size)) as fleet:
        fleet.settle(0.3 + rooms * size / 4000)
        window = WINDOW_ALONE if rooms == 1 else WINDOW_OF_MANY
        row.saturated.append(measure(fleet, size, one.pid, window=window, seconds=seconds))
        rate = min(RATE_OF_A_ROOM * rooms, DELIVERIES_AT_MOST / size)
        row.calm.append(measure(fleet, size, one.pid, rate=rate, seconds=seconds))
    full, calm = row.saturated[-1], row.calm[-1]
    _say(
        f"{row.rooms:6} {one.name:9} {full.deliveries_per_s:9.0f}/s  {full.cpu_us_per_delivery:6.1f} us of core each  "
        f"server {full.server_busy:4.0%} busy, client {full.client_idle:4.0%} idle  "
        f"at the rate p50 {calm.p50_ms:6.2f} p99 {calm.p99_ms:6.2f} ms  faults {full.faults + calm.faults}"
        + ("  OTHERS WERE BUSY" if max(full.elsewhere, calm.elsewhere) > ELSEWHERE_AT_MOST else "")
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
