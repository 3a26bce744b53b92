"""A private site whose parts can be broken: two web processes, a worker, PostgreSQL with fsync, and Redis."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bench import servers, site


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
        self.process = subprocess.Popen(command, cwd=site.ROOT, env=self._environ, start_new_session=True, **quiet)

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
    site: site.Site

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
        urls = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        environ = stack.enter_context(site.migrated(**urls, HOLDFAST_POSTS_PER_MINUTE="0"))
        webs = (site.web(environ), site.web(environ))
        worker = Worker(environ)
        for part in (*webs, worker):
            stack.callback(part.kill)
            part.start()
        yield Place(webs, worker, postgres, redis, site.Site(webs[0].port, environ, webs[0].pid))
