"""Hearing other processes ring, by Redis pub/sub. When Redis is away it tries again; the look heals the rest."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import redis.asyncio
from django.conf import settings

from live import bus
from live.bus import CHANNEL, Bell

RETRY_SECONDS = 1.0
log = logging.getLogger("holdfast.bus")


async def hear_redis(heard: Callable[[Bell], None]) -> None:
    """Call `heard` for every bell rung in any process, for ever. Returns at once where there is no Redis."""
    if not settings.REDIS_URL:
        return
    away = False
    while True:
        client: Any = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=10, socket_keepalive=True
        )
        try:
            async with client.pubsub() as ears:
                await ears.subscribe(CHANNEL)
                away = False
                while True:
                    message = await ears.get_message(ignore_subscribe_messages=True, timeout=5.0)
                    if message is not None:
                        _hear(message["data"], heard)
        except (redis.asyncio.RedisError, OSError, ValueError) as error:
            if not away:
                log.warning("cannot hear the bus (%s); the one-second look goes on", type(error).__name__)
            away = True
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            await client.aclose()


def _hear(data: bytes, heard: Callable[[Bell], None]) -> None:
    """One bell. Whatever is wrong with it, the next one is heard."""
    try:
        for bell in bus.heard(data):
            heard(bell)
    except Exception as error:
        log.warning("a bell was not understood (%s)", type(error).__name__)
