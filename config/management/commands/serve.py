"""Serve the site: Daphne, built here so that stopping is polite.

Daphne's own command line cuts every socket without a close frame on SIGTERM. Here SIGTERM (or SIGINT) stops accepting,
closes every socket with 4503 "moving" so that clients go elsewhere, lets requests under way finish, and ends.
"""

import asyncio
import gc
import logging
import resource
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from live import threads
from live.frames import PROTOCOL_BYTES
from live.hub import stop_hub

FINISH_SECONDS = 5.0
"""How long requests under way may take after a SIGTERM."""
BACKLOG = 4096
"""Connections that may wait to be accepted: when another process dies, all of its people come at once."""
HANDSHAKE_SECONDS = 60
"""How long a socket may take to be let in: of two thousand that come at once the last waits for all the others."""
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the others waiting: the writer's work must not hold up a whole room's frames."""
logger = logging.getLogger("holdfast.serve")


def _settle_memory() -> None:
    """What was loaded stays: the collector need not walk through it, which would stop every room for tens of ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def _allow_many_sockets() -> None:
    """As many open files as the system allows this process: each socket is one."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Command(BaseCommand):
    """`manage.py serve --host 127.0.0.1 --port 8000`."""

    help = "Serve pages and sockets until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Serve."""
        from autobahn.websocket import protocol as autobahn
        from daphne.endpoints import build_endpoint_description_strings  # installs the reactor: only where one runs
        from daphne.server import Server, twisted_loop
        from twisted.internet import reactor

        from config.asgi import application

        behind = settings.ENV.proxies > 0
        server = Server(
            application=application,
            endpoints=[f"{one}:backlog={BACKLOG}" for one in build_endpoint_description_strings(host=host, port=port)],
            signal_handlers=False,
            websocket_timeout=-1,
            websocket_handshake_timeout=HANDSHAKE_SECONDS,
            websocket_max_message_size=PROTOCOL_BYTES,
            websocket_max_frame_size=PROTOCOL_BYTES,
            proxy_forwarded_address_header="X-Forwarded-For" if behind else None,
            proxy_forwarded_proto_header="X-Forwarded-Proto" if behind else None,
            server_name="holdfast",
            ready_callable=lambda: self.stdout.write(f"serving http://{host}:{port}"),
        )
        stopping = asyncio.Event()

        async def drain() -> None:
            for listener in server.listeners:
                listener.addCallback(lambda port: port.stopListening())
            await stop_hub()
            under_way = [
                one["application_instance"] for one in server.connections.values() if "application_instance" in one
            ]
            if under_way:
                await asyncio.wait(under_way, timeout=FINISH_SECONDS)
            await asyncio.to_thread(threads.stop)
            reactor.stop()

        def stop(*_: Any) -> None:
            if not stopping.is_set():
                stopping.set()
                twisted_loop.call_soon_threadsafe(lambda: twisted_loop.create_task(drain()))

        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, stop)
        autobahn.pformat = repr  # it lays out its options prettily for a log nobody keeps: 1 ms for each new socket
        sys.setswitchinterval(SWITCH_SECONDS)
        _allow_many_sockets()
        _settle_memory()
        server.run()
        if not server.listening_addresses:
            raise CommandError(f"Port {port} on {host} is taken or may not be used.")
