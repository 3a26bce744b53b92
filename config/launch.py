"""Starting a whole demo clinic: its choices kept in `var/site.env`, its server and worker as children.

SIGTERM or SIGINT, once or more, ends everything within ten seconds. A worker that dies is started again; a server that
dies ends the run.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from config.env import BASE_DIR

READY_SECONDS = 60.0
STOP_SECONDS = 8.0
Say = Callable[[str], object]


def run(port: int, say: Say) -> None:
    """Run until stopped. Raises `SystemExit` with one clear line when something does not start."""
    environ = _choose(port)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    for command in (["migrate", "--verbosity", "0"], ["createcachetable"], ["load_demo"]):
        if not stopping.is_set():
            _finish(command, environ)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["serve"] = _start(["serve", "--port", str(port)], environ)
        children["worker"] = _start(["worker"], environ)
        said = False
        waited = 0.0
        while not stopping.is_set():
            if children["serve"].poll() is not None:
                raise SystemExit("The server ended; see the lines above. Is the port taken?")
            if children["worker"].poll() is not None:
                children["worker"] = _start(["worker"], environ)
            if not said and _healthy(port):
                _introduce(port, environ, say)
                said = True
            if not said and waited > READY_SECONDS:
                raise SystemExit("The site did not become healthy within a minute.")
            stopping.wait(0.2)
            waited += 0.2
    finally:
        _stop(list(children.values()))


def _choose(port: int) -> dict[str, str]:
    site_url = os.environ.get("HOLDFAST_SITE_URL") or f"http://127.0.0.1:{port}"  # so that links in mails work
    chosen = {"HOLDFAST_MODE": "demo", "HOLDFAST_SITE_URL": site_url}
    for name in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.get(name):
            chosen[name] = os.environ[name]
    path = settings.VAR_DIR / "site.env"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name}={value}\n" for name, value in chosen.items()))
    path.chmod(0o600)
    return {**os.environ, **chosen}


def _finish(arguments: list[str], environ: dict[str, str]) -> None:
    done = subprocess.run(_command(arguments), env=environ, cwd=BASE_DIR, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise SystemExit(f"{arguments[0]} failed: {lines[-1] if lines else 'no word why'}")


def _start(arguments: list[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of their own: a Ctrl-C reaches only us, and we stop them in order.
    return subprocess.Popen(_command(arguments), env=environ, cwd=BASE_DIR, start_new_session=True)


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _introduce(port: int, environ: dict[str, str], say: Say) -> None:
    told = subprocess.run(
        _command(["cast", "--json"]), env=environ, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    cast = json.loads(told.stdout.splitlines()[-1])
    for account in cast["accounts"]:
        say(f"{account['email']:32} {account['role']:16} {account['cohort'] or ''}")
    say(f"READY http://127.0.0.1:{port} password={cast['password']}")
    sys.stdout.flush()


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        with suppress(ProcessLookupError):
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
