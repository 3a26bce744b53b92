"""The processes of docker-compose.yml, started by hand against a real PostgreSQL and a real Redis."""

import asyncio
import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench import servers
from bench.client import Client
from bench.site import ROOT, Site

T = TypeVar("T")
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site, subprocess.Popen[Any]]]:
    """Two web processes and a worker with production settings, sharing one database and one bus."""
    var: Path = tmp_path_factory.mktemp("production")
    with ExitStack() as stack:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "DJANGO_"))}
        environ = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HOLDFAST_MODE": "production",
            "HOLDFAST_VAR": str(var),
            "HOLDFAST_SECRET_KEY": secrets.token_urlsafe(60),
            "HOLDFAST_SEALING_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "HOLDFAST_HTTPS": "1",
            "HOLDFAST_PROXIES": "1",
            "HOLDFAST_HOSTS": "clinic.example",
            "HOLDFAST_EMAIL_URL": "smtp://127.0.0.1:9/",
            "DATABASE_URL": stack.enter_context(servers.postgres(durable=False)),
            "REDIS_URL": stack.enter_context(servers.redis()),
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environ, check=True)
        webs = []
        processes = []
        for _ in range(2):
            port = servers.free_port()
            command = [sys.executable, "manage.py", "serve", "--port", str(port)]
            processes.append(stack.enter_context(servers.listening(command, port, cwd=ROOT, env=environ)))
            webs.append(Site(port, environ))
        worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=environ)
        stack.callback(worker.wait)
        stack.callback(worker.terminate)
        yield webs[0], webs[1], processes[0]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a thread of its own: a browser of another test may hold this thread's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_what_is_written_in_one_process_is_read_in_the_other(
    sites: tuple[Site, Site, subprocess.Popen[Any]],
) -> None:
    one, other, _ = sites
    place = one.script("bench.prepare", given=json.dumps([{"speakers": ["a", "b"]}]))["rooms"][0]

    async def talk() -> None:
        writer = Client(one.port, place["cookies"][0], place["room"])
        reader = Client(other.port, place["cookies"][1], place["room"])
        assert (await writer.connect())["ok"]
        assert (await reader.connect())["ok"]
        for number in range(20):
            answer = await writer.ask("post", room=place["room"], text=f"line {number}")
            assert answer["ok"], answer
        assert await reader.reach(20)
        assert list(reader.told.texts.values()) == [f"line {number}" for number in range(20)]
        for client in (writer, reader):
            await client.close()

    run(talk())


def test_the_site_says_that_it_is_well(sites: tuple[Site, Site, subprocess.Popen[Any]]) -> None:
    one, _, _ = sites

    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/healthz", timeout=5) as answer:
                said = json.load(answer)
                break
        except OSError:
            continue
    assert said == {"status": "ok", "checks": {"database": "ok", "bus": "ok", "worker": "ok"}}


def test_a_stopped_process_tells_its_sockets_to_move_and_ends(
    sites: tuple[Site, Site, subprocess.Popen[Any]],
) -> None:
    one, other, process = sites
    place = other.script("bench.prepare", given=json.dumps([{"speakers": ["c"]}]))["rooms"][0]

    async def move() -> int | None:
        async with connect(
            f"ws://127.0.0.1:{one.port}/ws/",
            origin=f"http://127.0.0.1:{one.port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": place["cookies"][0]},
        ) as socket:
            await socket.send(json.dumps({"v": 1, "cmd": "join", "cid": "j", "room": place["room"]}))
            await socket.recv()
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            try:
                while True:
                    await asyncio.wait_for(socket.recv(), 15)
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None

    assert run(move()) == 4503
    assert process.wait(15) == 0
