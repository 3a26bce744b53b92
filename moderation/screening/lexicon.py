"""The phrase list as compiled rules. The list itself is `phrases.toml`, which people read and edit."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PHRASES = Path(__file__).with_name("phrases.toml")
GAP = r"(?:[^\s.!?]+ ){0,3}?"
"""What `*` in a phrase stands for: up to three words of the same sentence."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the screen looks for, with its reasons and its examples."""

    name: str
    version: int
    lane: str
    severity: str
    why: str
    pattern: re.Pattern[str]
    exempt: re.Pattern[str] | None
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """Every concept of the list, gravest first as it stands there. Raises on a list that cannot be read."""
    rows = tomllib.loads(PHRASES.read_text())["concept"]
    return tuple(
        Concept(
            name=row["name"],
            version=row["version"],
            lane=row["lane"],
            severity=row["severity"],
            why=row["why"],
            pattern=_compile(row["patterns"]),
            exempt=_compile(row["except"]) if "except" in row else None,
            fires=tuple(row["fires"]),
            silent=tuple(row["silent"]),
        )
        for row in rows
    )


def _compile(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){_phrase(phrase)}(?!\w)" for phrase in phrases))


def _phrase(phrase: str) -> str:
    """A phrase of the list as a regular expression: every part bounded, so that no text makes it slow."""
    phrase = re.sub(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", lambda found: f"(?:{found[1]})", phrase)
    phrase = phrase.replace("(?:(?:", "(?:(?:").replace(" * ", f" {GAP}").removesuffix(" *")
    return phrase.replace(")* ", "){0,4} ").replace(")*(", "){0,4}(")
