"""Many open WebSockets for the measured loop: connects them, signs them in, waits until each sits in its room."""

import re
import resource
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The sample key of RFC 6455, section 1.3; `floor.c` knows its answer by heart."""
AT_ONCE = 50
PATIENCE = 30.0
TEXT, CLOSE = 1, 8
PING = re.compile(rb"\x89([\x00-\x7d])", re.DOTALL)
"""A server asks whether somebody is still there; whoever does not answer is cut off within a minute."""


class LoadError(RuntimeError):
    """The sockets cannot be opened; one line says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One socket: where it connects, as whom, and what it says."""

    port: int
    path: str
    message: str
    """What it sends when it is its turn: `%BODY%` and `%ID%` are filled in."""
    cookie: str = ""
    hello: str = ""
    """Sent first."""
    until: str = ""
    """What must come back before it counts as seated."""


class Fleet:
    """The sockets of some seats, in their order."""

    def __init__(self, seats: Sequence[Seat], at_once: int = AT_ONCE) -> None:
        """Opens nothing yet; `at_once` knock at the same time."""
        self.seats, self._at_once = list(seats), at_once
        self.sockets: list[socket.socket] = []
        self.tried: set[int] = set()
        """Room sizes for which one message was seen to make the deliveries it should."""

    def open(self) -> None:
        """Connect all, some at a time. Raises `LoadError`."""
        _allow_many_files()
        for start in range(0, len(self.seats), self._at_once):
            some = range(start, min(start + self._at_once, len(self.seats)))
            try:
                for place in some:
                    self._ask(self.seats[place])
                for place in some:
                    self._sit_down(place)
            except OSError as error:
                raise LoadError(f"socket {len(self.sockets)} of {len(self.seats)}: {error}") from error
            self.settle()

    def settle(self, seconds: float = 0.0) -> None:
        """Read and throw away what comes, for so long, so that nothing waits for us; answer pings."""
        end = time.monotonic() + seconds
        while True:
            for place, one in enumerate(self.sockets):
                with suppress(BlockingIOError):
                    got = one.recv(1 << 20)
                    if not got or got[0] == 0x80 | CLOSE:
                        raise LoadError(f"socket {place} was closed: {got[:4].hex() or 'without a word'}")
                    if ping := PING.search(got):
                        size = ping[1][0]
                        one.send(bytes((0x8A, 0x80 | size, 0, 0, 0, 0)) + got[ping.end() : ping.end() + size])
            if time.monotonic() >= end:
                return
            time.sleep(0.05)

    def close(self) -> None:
        """Say goodbye and go."""
        for one in self.sockets:
            with suppress(OSError):
                one.send(bytes((0x80 | CLOSE, 0x80, 0, 0, 0, 0)))
        time.sleep(0.2 + len(self.sockets) / 5000)
        for one in self.sockets:
            one.close()

    def _ask(self, seat: Seat) -> None:
        one = socket.create_connection(("127.0.0.1", seat.port), timeout=PATIENCE)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sockets.append(one)
        host = f"127.0.0.1:{seat.port}"
        lines = [f"GET {seat.path} HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13"]
        lines += [f"Cookie: {seat.cookie}"] if seat.cookie else []
        one.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def _sit_down(self, place: int) -> None:
        one, seat = self.sockets[place], self.seats[place]
        got = self._read_until(place, b"", b"\r\n\r\n")
        head, _, rest = got.partition(b"\r\n\r\n")
        if b" 101 " not in head.splitlines()[0]:
            raise LoadError(f"socket {place} was refused: {head.splitlines()[0].decode()}")
        if seat.hello:
            said = seat.hello.encode()
            size = bytes([0x80 | len(said)]) if len(said) < 126 else b"\xfe" + len(said).to_bytes(2, "big")
            one.sendall(bytes([0x80 | TEXT]) + size + bytes(4) + said)
        if seat.until:
            self._read_until(place, rest, seat.until.encode())
        one.setblocking(False)

    def _read_until(self, place: int, got: bytes, mark: bytes) -> bytes:
        end = time.monotonic() + PATIENCE
        while mark not in got:
            some = self.sockets[place].recv(1 << 16)
            if not some or time.monotonic() > end:
                raise LoadError(f"socket {place}: {mark!r} did not come; {len(got)} bytes did")
            got += some
        return got


def _allow_many_files() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def opened(seats: Sequence[Seat]) -> Iterator[Fleet]:
    """All seats taken; left at the end."""
    fleet = Fleet(seats)
    try:
        fleet.open()
        yield fleet
    finally:
        fleet.close()
