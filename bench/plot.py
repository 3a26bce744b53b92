"""Deliveries a second as bars on a logarithmic scale: a drawing that reads on light and on dark."""

from collections.abc import Mapping
from math import ceil, log10
from statistics import median

from bench.compare import Rows

WIDE, BAR, GAP, LEFT, TOP = 760, 16, 14, 60, 68
INKS = {"tutorial": "#8a8f98", "postgres": "#2f7d6b", "sqlite": "#6fae9d", "floor": "#c9a15a"}


def drawn(rows: Rows, titles: Mapping[str, str]) -> str:
    """The drawing, as SVG."""
    specs, names = list(dict.fromkeys(spec for spec, _ in rows)), list(dict.fromkeys(name for _, name in rows))
    speeds = {place: median(load.deliveries_per_s for load in row.saturated) for place, row in rows.items()}
    low, high = 3, max(4, ceil(log10(max(speeds.values()))))
    group = len(names) * BAR + GAP
    tall = TOP + len(specs) * group + 30

    def across(speed: float) -> float:
        return LEFT + (max(log10(max(speed, 1)), low) - low) / (high - low) * (WIDE - LEFT - 70)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" role="img" font-size="12" '
        'font-family="system-ui, sans-serif">',
        "<title>Deliveries a second, by rooms and server</title>",
        "<style>text{fill:#30343a}line{stroke:#d5d8dc}"
        "@media(prefers-color-scheme:dark){text{fill:#dfe3e8}line{stroke:#454a52}}</style>",
    ]
    for place, name in enumerate(names):
        x, y = LEFT + place % 2 * 260, 8 + place // 2 * 20
        parts.append(f'<rect x="{x}" y="{y}" width="10" height="10" fill="{INKS[name]}"/>')
        parts.append(f'<text x="{x + 15}" y="{y + 9}">{titles[name]}</text>')
    for power in range(low, high + 1):
        at_power = across(10**power)
        parts.append(f'<line x1="{at_power:.0f}" y1="{TOP - 12}" x2="{at_power:.0f}" y2="{tall - 28}"/>')
        parts.append(f'<text x="{at_power:.0f}" y="{tall - 10}" text-anchor="middle">{10**power:,}/s</text>')
    parts.append(f'<text x="{WIDE - 10}" y="17" text-anchor="end">deliveries a second, logarithmic</text>')
    for number, spec in enumerate(specs):
        y = TOP + number * group
        parts.append(f'<text x="{LEFT - 8}" y="{y + len(names) * BAR / 2 + 4:.0f}" text-anchor="end">{spec}</text>')
        for place, name in enumerate(names):
            speed, at = speeds[spec, name], y + place * BAR
            parts.append(
                f'<rect x="{LEFT}" y="{at}" width="{across(speed) - LEFT:.0f}" height="{BAR - 3}" rx="2" '
                f'fill="{INKS[name]}"/>'
            )
            parts.append(f'<text x="{across(speed) + 6:.0f}" y="{at + 11}">{speed:,.0f}</text>')
    return "\n".join([*parts, "</svg>\n"])
