"""A private site whose parts can be broken: two web processes, a worker, PostgreSQL with fsync, and Redis."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from bench import servers
from bench.site import ROOT, Site

WORKER_STOP_SECONDS = 10


class Worker:
    """The worker process; it listens on no port."""

    def __init__(self, environ: dict[str, str]) -> None:
        """Not started yet."""
        self._environ = environ
        self.process: subprocess.Popen[Any] | None = None

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "manage.py", "worker"]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=ROOT, env=self._environ, start_new_session=True, **quiet)

    def kill(self) -> None:
        """End it without a word."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Place:
    """The site and its parts."""

    webs: tuple[servers.Server, servers.Server]
    worker: Worker
    postgres: servers.Server
    redis: servers.Server
    site: Site

    @property
    def ports(self) -> tuple[int, ...]:
        """Where the web processes listen."""
        return tuple(web.port for web in self.webs)


@contextmanager
def standing() -> Iterator[Place]:
    """A site that runs, with nobody in it; gone at the end."""
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.postgres_server())
        redis = stack.enter_context(servers.redis_server())
        var = stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-chaos-"))
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
        environ |= {"HOLDFAST_VAR": var, "DJANGO_SETTINGS_MODULE": "config.settings"}
        environ |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "HOLDFAST_POSTS_PER_MINUTE": "0"}
        for arguments in (["migrate", "--verbosity", "0"], ["createcachetable"]):
            subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, check=True)
        webs = (_web(environ), _web(environ))
        worker = Worker(environ)
        for part in (*webs, worker):
            stack.callback(part.kill)
            part.start()
        yield Place(webs, worker, postgres, redis, Site(webs[0].port, environ, webs[0].pid))


def ended(server: servers.Server, seconds: float) -> bool:
    """Whether a server ends by itself within so many seconds."""
    end = monotonic() + seconds
    while server.process is not None and server.process.poll() is None:
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


def _web(environ: dict[str, str]) -> servers.Server:
    port = servers.free_port()
    return servers.Server([sys.executable, "manage.py", "serve", "--port", port], port, cwd=ROOT, env=environ)
