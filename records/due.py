"""Work that waits. Apps register what falls due; the worker's loop calls each in its turn.

A task claims its due rows itself (conditional update), acts, and sets their next time; it must be safe to run in two
workers at once and to be killed anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of waiting work."""

    name: str
    run: Callable[[datetime], int]
    """Does what is due at the given moment; returns how many rows it handled."""
    every: float
    """Seconds between looks."""


TASKS: dict[str, Task] = {}


def register(name: str, run: Callable[[datetime], int], *, every: float = 1.0) -> None:
    """Have the worker call `run` about every `every` seconds. Call from `apps.ready()`."""
    TASKS[name] = Task(name, run, every)
