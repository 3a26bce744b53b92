"""Passing events: typing, presence. They have no place in the log; who is not listening misses nothing that lasts."""

import asyncio

from live import bus
from live.events import Event, Kept


def pass_on(topic: str, cls: type[Event], kept: Kept) -> None:
    """Tell whoever follows `topic` now, in every process. `kept` holds ids; each process hydrates them."""
    if cls.DURABLE:
        raise ValueError(f"{cls.TYPE} is kept; tell it through the log")
    bus.pass_on(topic, cls.TYPE, kept)


async def apass_on(topic: str, cls: type[Event], kept: Kept) -> None:
    """The same from async code, without waiting for Redis on the loop."""
    await asyncio.to_thread(pass_on, topic, cls, kept)
