"""The worker: one loop you can read. What waits is in the database; if every worker dies, start one again.

Two workers are safe, since each task claims its own rows. A task that fails is logged, without any text, and tried
again later; it never keeps the others from their turn.
"""

import logging
import os
import signal
import socket
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from django.db import close_old_connections

from moderation.models import WorkerBeat
from records import due
from records.clock import now

ROUND_SECONDS = 0.5
LATE_SECONDS = 30.0
"""A worker that has not gone round for so long is late: escalations may not be going on."""
BACK_OFF_AT_MOST = 60.0
FORGET_AFTER = timedelta(hours=1)
log = logging.getLogger("holdfast.worker")


@dataclass
class Worker:
    """One worker process."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)
    _next: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Go round until told to stop; what is under way is finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stopping.set())
        while not self.stopping.is_set():
            self.go_round()
            self.stopping.wait(ROUND_SECONDS)

    def go_round(self) -> int:
        """Give every task whose time has come its turn, once; returns how many rows they handled."""
        close_old_connections()
        handled = 0
        for task in list(due.TASKS.values()):
            if self.stopping.is_set() or monotonic() < self._next.get(task.name, 0.0):
                continue
            wait = task.every
            try:
                handled += task.run(now())
                self._failures.pop(task.name, None)
            except Exception as error:  # one task must not keep the others from their turn
                failures = self._failures[task.name] = self._failures.get(task.name, 0) + 1
                wait = min(BACK_OFF_AT_MOST, task.every * 2**failures)
                log.error("%s failed (%s); again in %.0f s", task.name, type(error).__name__, wait)
            self._next[task.name] = monotonic() + wait
        self._beat()
        return handled

    def _beat(self) -> None:
        try:
            WorkerBeat.objects.update_or_create(name=self.name, defaults={"at": now()})
            WorkerBeat.objects.filter(at__lt=now() - FORGET_AFTER).delete()
        except Exception as error:
            log.error("the worker could not say that it is here (%s)", type(error).__name__)


def lateness() -> float | None:
    """Seconds since any worker last went round; None if none ever did."""
    last = WorkerBeat.objects.order_by("-at").values_list("at", flat=True).first()
    return None if last is None else (now() - last).total_seconds()
