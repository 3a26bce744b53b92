"""A whole private site, as `make run` starts it: migrated, with the demo clinic, served, its worker going round."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


@dataclass
class Site:
    """One running site."""

    url: str
    environ: dict[str, str]
    password: str = ""
    output: list[str] = field(default_factory=list)

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the site; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout

    def cast(self) -> dict[str, Any]:
        """What `cast --json` says of the demo clinic."""
        cast: dict[str, Any] = json.loads(self.manage("cast", "--json").splitlines()[-1])
        return cast

    def healthy(self) -> bool:
        """Whether `/healthz` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(var: Path, **environ: str) -> Iterator[Site]:
    """Start a site whose everything lives in `var`; stop it, and whatever it started, at the end."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
    site = Site(f"http://127.0.0.1:{port}", {**kept, "HOLDFAST_VAR": str(var), **environ})
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=ROOT,
        env=site.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            site.output.append(line)
            if line.startswith("READY "):
                site.password = line.strip().partition("password=")[2]
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        assert ready.wait(START_SECONDS), "the site did not get ready: " + "".join(site.output[-40:])
        assert site.password, "the site ended instead of starting: " + "".join(site.output[-40:])
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
