"""What a comparison found, as `bench/results.json`, as the page `docs/performance.md` and its drawing."""

import json
import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.compare import ELSEWHERE_AT_MOST, Row, Rows, ratio
from bench.load import Load
from bench.plot import drawn
from bench.site import ROOT

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "img" / "performance.svg"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
TITLES = {
    "tutorial": "Channels tutorial + acreate",
    "postgres": "Holdfast, PostgreSQL + Redis",
    "sqlite": "Holdfast, SQLite",
    "floor": "raw broadcast in C",
}
CLIENT_IDLE_AT_LEAST = 0.15
"""Below this the load client would have measured itself."""


def summary(rows: Rows, idle: Mapping[str, int], rounds: int) -> dict[str, Any]:
    """The figures others read: ours on PostgreSQL against the tutorial, both with everything they do switched on."""
    specs = list(dict.fromkeys(spec for spec, _ in rows))
    return {
        "ratio": {spec: round(ratio(rows, spec, "postgres", "tutorial"), 2) for spec in specs},
        "p99_ratio": {spec: round(ratio(rows, spec, "postgres", "tutorial", "p99_ms", "calm"), 2) for spec in specs},
        "of_raw_floor": {"1x200": round(ratio(rows, "1x200", "postgres", "floor"), 2)},
        "bytes_per_idle_socket": {"ours": idle["postgres"], "tutorial": idle["tutorial"]},
        "rounds": rounds,
    }


def trouble(rows: Rows) -> list[str]:
    """Why some of it is no result: something was lost, the client was too slow, or others were at work."""
    found = []
    for row in rows.values():
        where = f"{row.rooms} {row.name}"
        loads = [*row.saturated, *row.calm]
        if row.faults:
            found.append(f"{where}: {row.faults} deliveries were lost or repeated, or sockets closed")
        if min(load.client_idle for load in loads) < CLIENT_IDLE_AT_LEAST:
            found.append(f"{where}: the load client was busy; its own speed was measured")
        if max(load.elsewhere for load in loads) > ELSEWHERE_AT_MOST:
            found.append(f"{where}: other processes used {max(load.elsewhere for load in loads):.2f} cores")
    return found


def write(found: Mapping[str, Any], rows: Rows, about: Mapping[str, Any], *, page: bool) -> None:
    """The results with every round of them and, with `page`, the page's figures and its drawing."""
    every = [
        {"rooms": row.rooms, "name": row.name, "saturated": _plain(row.saturated), "calm": _plain(row.calm)}
        for row in rows.values()
    ]
    RESULTS.write_text(json.dumps({**found, "about": dict(about), "rows": every}, indent=1) + "\n")
    if page:
        PLOT.write_text(drawn(rows, TITLES))
        figures = f"{BEGIN}\n{_figures(found, rows, about)}\n{END}"
        PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: figures, PAGE.read_text(), flags=re.DOTALL))


def table(rows: Rows) -> str:
    """Markdown: medians over the rounds; of the ratios their range too."""
    head = ["rooms", "server", "deliveries/s", "to the tutorial", "core us per delivery", "posts/s kept"]
    head += ["p50, p99 ms at the rate", "server busy, client idle", "lost or twice"]
    lines = [head, ["---"] * len(head)]
    lines += [_line(row, rows) for row in rows.values()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(row: Row, rows: Rows) -> list[str]:
    full, calm = row.saturated, row.calm
    theirs = rows[row.rooms, "tutorial"].saturated
    ratios = [a.deliveries_per_s / (b.deliveries_per_s or 1e-9) for a, b in zip(full, theirs, strict=True)]
    return [
        row.rooms,
        TITLES[row.name],
        f"{_median(full, 'deliveries_per_s'):,.0f}",
        f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})",
        f"{_median(full, 'cpu_us_per_delivery'):.1f}",
        f"{_median(full, 'posts_per_s'):,.0f}" if row.name != "floor" else "none",
        f"{_median(calm, 'p50_ms'):.1f}, {_median(calm, 'p99_ms'):.1f}",
        f"{_median(full, 'server_busy'):.0%}, {min(load.client_idle for load in full):.0%}",
        str(row.faults),
    ]


def _median(loads: Sequence[Load], figure: str) -> float:
    return float(median(getattr(load, figure) for load in loads))


def _plain(loads: Sequence[Load]) -> list[dict[str, Any]]:
    return [
        {name: round(getattr(load, name), 3) for name in load.__dataclass_fields__} | {"posts_per_s": load.posts_per_s}
        for load in loads
    ]


def _figures(found: Mapping[str, Any], rows: Rows, about: Mapping[str, Any]) -> str:
    idle = found["bytes_per_idle_socket"]
    lines = [
        f"`{about['command']}`, {found['rounds']} rounds of {about['seconds']:g} s, {about['day']}, "
        f"{about['cores']} cores, Python {about['python']}; a write with fsync took {about['fsync_ms']} ms.",
        "",
        table(rows),
        "",
        f"Each of {about['idle_sockets']:,} idle sockets takes {idle['ours']:,} bytes of the server; "
        f"of the tutorial's, {idle['tutorial']:,}.",
    ]
    lines += ["", *(f"- Not quiet: {line}." for line in trouble(rows))] if trouble(rows) else []
    return "\n".join(lines)
