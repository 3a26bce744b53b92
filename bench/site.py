"""A private site for a measurement: its own database, keys and port; gone at the end."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import servers, usage

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Site:
    """Where it listens, and the environment its commands need."""

    port: int
    environ: dict[str, str]
    pid: int = 0
    """The server's process; 0 where the caller started it."""

    def script(self, module: str, *arguments: str, given: str = "") -> Any:
        """Run a module beside the site; returns the JSON of its last line."""
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, input=given, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{module} failed: {done.stderr.strip()[-800:]}")
        return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def running(backend: str, *, log: Path | None = None, core: int | None = None, **settings: str) -> Iterator[Site]:
    """A migrated, served, empty site on SQLite, or on PostgreSQL with Redis. `log` gets what the server prints.

    With `core` the server, and nothing else of the site, is bound to that core.
    """
    with ExitStack() as stack:
        if backend == "postgres":
            settings["DATABASE_URL"] = stack.enter_context(servers.postgres())
            settings["REDIS_URL"] = stack.enter_context(servers.redis())
        environ = stack.enter_context(migrated(**settings))
        options: dict[str, Any] = {}
        if log is not None:
            options["stdout"] = options["stderr"] = stack.enter_context(log.open("w"))
        server = web(environ, **options)
        stack.callback(server.stop)
        with nullcontext() if core is None else usage.on_core(core):
            server.start()
        yield Site(server.port, environ, server.pid)


@contextmanager
def migrated(**settings: str) -> Iterator[dict[str, str]]:
    """The environment of a private site whose database is ready; nothing of this machine's own site is in it."""
    own = ("DATABASE_URL", "REDIS_URL", "MESSAGE_GATE")
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as var:
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HOLDFAST_", "DJANGO_")) and name not in own
        }
        environ |= {"HOLDFAST_VAR": var, "DJANGO_SETTINGS_MODULE": "config.settings", **settings}
        for arguments in (["migrate", "--verbosity", "0"], ["createcachetable"]):
            subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, check=True)
        yield environ


def web(environ: dict[str, str], **options: Any) -> servers.Server:
    """A web process of a site, on a port of its own; not started yet."""
    port = servers.free_port()
    return servers.Server(
        [sys.executable, "manage.py", "serve", "--port", port], port, cwd=ROOT, env=environ, **options
    )
