"""Domain events: typed, published in the transaction that makes them true, heard in that same transaction.

This is how a lower app tells a higher one that something happened without importing it. Subscribers register in
`apps.ready()`. A subscriber's durable effect is written in the publisher's transaction; if it raises, nothing of
either is kept.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """Something that became true. Subclass per happening, named in the past tense."""


E = TypeVar("E", bound=DomainEvent)
_subscribers: defaultdict[type[DomainEvent], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type[E], handler: Callable[[E], None]) -> None:
    """Call `handler` for every published `event`. Registering the same handler twice has no effect."""
    if handler not in _subscribers[event]:
        _subscribers[event].append(handler)


def publish(event: DomainEvent) -> None:
    """Tell every subscriber now, inside the caller's transaction. Raises `RuntimeError` outside one."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{type(event).__name__} was published outside the transaction that makes it true.")
    for handler in _subscribers[type(event)]:
        handler(event)
