"""How fast the screen reads: ordinary talk on one core, and the slowest of hostile and long inputs.

python -m bench.screening [FILE]      FILE: conversations, as `make replay` reads them; our own cases without it
"""

import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import django

from moderation.screening.phrases import SHARE

ROOT = Path(__file__).parents[1]
HOSTILE: tuple[Callable[[int], str], ...] = (
    lambda size: "a" * size,
    lambda size: "a " * (size // 2),
    lambda size: "kill myself " * (size // 12),
    lambda size: "i want to die. " * (size // 15),
    lambda size: "k.i.l.l m.y.s.e.l.f " * (size // 20),
    lambda size: "5 five oh " * (size // 10),
    lambda size: "1 2 3 4 5 6 7 " * (size // 14),
    lambda size: "not " * (size // 4),
    lambda size: "@a_b.c " * (size // 7),
    lambda size: "\u0430\u0435" * (size // 2),
    lambda size: "took all my pills tonight and i " * (size // 32),
    lambda size: "\n".join(["word"] * (size // 5)),
    lambda size: "(" * size,
    lambda size: "k1ll$!@" * (size // 7),
)


COMMON = sorted(SHARE, key=lambda word: -SHARE[word])
SALADS = 6


def salad(words: list[str], seed: int) -> Callable[[int], str]:
    """Common words and words the lexicon asks for, thrown together: the most phrases that could stand somewhere."""

    def made(size: int) -> str:
        some = random.Random(seed)
        chosen = some.sample(words, 60) + COMMON[: 30 * 2**seed]
        return " ".join(some.choice(chosen) for _ in range(size // 2))[:size]

    return made


def main() -> None:
    """Measure and print one line of JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from moderation.screening.engine import read
    from moderation.screening.lexicon import languages

    file = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests/moderation/cases/care.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip()]
    texts = [turn["text"] for row in rows for turn in row.get("turns", [row])]
    for text in texts:
        read(text)  # phrases are compiled when they are first looked for
    times = sorted(_seconds(read, text) for text in texts)
    anchors = sorted(word for language in languages() for word in language.triggers)
    hostile = [*HOSTILE, *(salad(anchors, seed) for seed in range(SALADS))]
    worst = max(min(_seconds(read, made(size)) for _ in range(3)) for made in hostile for size in (4_000, 40_000))
    print(
        json.dumps(
            {
                "texts": len(texts),
                "per_second": round(len(texts) / sum(times)),
                "p50_us": round(times[len(times) // 2] * 1e6),
                "p99_us": round(times[int(len(times) * 0.99)] * 1e6),
                "worst_hostile_ms": round(worst * 1e3, 1),
            }
        )
    )


def _seconds(read: Callable[[str], object], text: str) -> float:
    began = perf_counter()
    read(text)
    return perf_counter() - began


if __name__ == "__main__":
    main()
