"""The doorbell between processes: which topic was told something, and how far its log reaches. No word goes unsealed.

Within a process it rings every hub directly. With Redis it also rings the other processes, and where there are any,
whispers to them what they would read from the log (`live/whisper.py`). A bell that is lost costs at most a second:
every hub looks at the heads of its topics by itself.
"""

import atexit
import json
import logging
import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from time import monotonic, sleep
from typing import Any

import redis
from django.conf import settings

from live import whisper

CHANNEL = "holdfast:bell"
RING_AT_ONCE = 256
GATHER_SECONDS = 0.01
"""After it rang, so long it gathers: heads that follow each other closely go in one bell."""
FINISH_SECONDS = 3.0
RETRY_SECONDS = 5.0
"""After Redis failed, so long nothing is sent to it: a post must not wait for a bus that is away."""
log = logging.getLogger("holdfast.bus")

Bell = dict[str, Any]
"""`{"heads": {topic: seq}, "ready": {topic: [envelope, …]}}`, or `{"pass": [topic, type, kept]}` for a passing event
(ids only). The envelopes of a topic follow each other.
"""
Listener = Callable[[Bell], None]

_listeners: set[Listener] = set()
_lock = threading.Lock()
_client: "redis.Redis | None" = None
_to_ring: "SimpleQueue[Bell | None]" = SimpleQueue()
_ringer: threading.Thread | None = None
_away_until = 0.0
_others = False
"""Whether any other process heard the last bell: only then is there anybody to whisper to."""


def listen(listener: Listener) -> None:
    """Have `listener` called, from any thread, whenever this process rings."""
    with _lock:
        _listeners.add(listener)


def deafen(listener: Listener) -> None:
    """Stop calling `listener`."""
    with _lock:
        _listeners.discard(listener)


def ring(heads: dict[str, int], ready: Mapping[str, list[dict[str, Any]]] | None = None) -> None:
    """Say that these topics now reach these seqs. Never raises: a bell is not what keeps a message.

    `ready` are envelopes by topic; other processes are only told them sealed.
    """
    bell: Bell = {"heads": heads, "ready": ready or {}}
    _tell_here(bell)
    _publish(bell)


def pass_on(topic: str, type_: str, kept: dict[str, Any]) -> None:
    """Send a passing event, ids only. Never raises."""
    bell = {"pass": [topic, type_, kept]}
    _tell_here(bell)
    _publish(bell)


def heard(data: str | bytes) -> list[Bell]:
    """What was heard from another process; nothing, if it was this one. Raises `ValueError` for what is no bell."""
    told = json.loads(data)
    sender = told.pop("from", "")
    if sender == whisper.ME:
        return []
    runs = whisper.unseal(told.pop("sealed"), sender) if "sealed" in told else []
    return [*({"ready": {topic: run}} for topic, run in runs), told]


def _tell_here(bell: Bell) -> None:
    with _lock:
        listeners = list(_listeners)
    for listener in listeners:
        listener(bell)


def _publish(bell: Bell) -> None:
    """Have the other processes hear it soon: nobody waits for Redis."""
    if not settings.REDIS_URL:
        return
    global _ringer
    with _lock:
        _to_ring.put(bell)
        if _ringer is None or not _ringer.is_alive():
            _ringer = threading.Thread(target=_ring_on, name="bell", daemon=True)
            _ringer.start()


def _ring_on() -> None:
    rung, ending = 0.0, False
    while not ending:
        bells = [_to_ring.get()]
        if (soon := rung + GATHER_SECONDS - monotonic()) > 0:
            sleep(soon)
        while not _to_ring.empty() and len(bells) < RING_AT_ONCE:
            bells.append(_to_ring.get())
        ending = None in bells
        rung = monotonic()
        if rung >= _away_until:
            _send([bell for bell in bells if bell is not None])


@atexit.register
def _finish() -> None:
    """A process that ends rings out what it has to ring, and leaves no thread behind to be cut off in mid-word."""
    if _ringer is not None and _ringer.is_alive():
        _to_ring.put(None)
        _ringer.join(FINISH_SECONDS)


def _send(bells: list[Bell]) -> None:
    global _client, _away_until, _others
    told: list[Bell] = [{"pass": bell["pass"]} for bell in bells if "pass" in bell]
    heads: dict[str, int] = {}
    for topic, head in (pair for bell in bells for pair in bell.get("heads", {}).items()):
        heads[topic] = max(head, heads.get(topic, 0))  # two threads may ring in another order than they committed
    if heads:
        words = whisper.seal([run for bell in bells for run in bell.get("ready", {}).items()]) if _others else None
        told.insert(0, {"heads": heads, "sealed": words} if words else {"heads": heads})
    try:
        if _client is None:
            _client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
        with _client.pipeline(transaction=False) as trip:
            for bell in told:
                trip.publish(CHANNEL, json.dumps({"from": whisper.ME, **bell}))
            _others = max(trip.execute(), default=0) > 1
    except redis.RedisError as error:
        _away_until = monotonic() + RETRY_SECONDS
        log.warning("the bus is away (%s); the one-second look goes on", type(error).__name__)


def healthy() -> bool:
    """Whether the bus answers. The in-process bus always does."""
    if not settings.REDIS_URL:
        return True
    try:
        probe = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        with probe:
            return bool(probe.ping())
    except redis.RedisError:
        return False
