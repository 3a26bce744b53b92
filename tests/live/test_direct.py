"""Frames straight onto a connection: framed as the server frames them, in order, bounded, and given up for the portable
way where anything looks different.
"""

import asyncio
import socket
import subprocess
import sys
from typing import Any

import pytest

from live import direct, wire
from live.frame import QUEUE_BYTES, Frames


class Transport:
    """A connection as Twisted keeps it, over a real pair of sockets whose other end reads when it is told to."""

    connected = True

    def __init__(self) -> None:
        self.socket, self.other = socket.socketpair()
        self.socket.setblocking(False)
        self.dataBuffer, self._tempDataLen, self.offset = b"", 0, 0

    def write(self, data: bytes) -> None:
        """Keep what the kernel did not take."""
        self.dataBuffer += data

    def reactor(self) -> bytes:
        """What a reactor and a reader do until nothing is left."""
        read = b""
        self.other.settimeout(0.05)
        while True:
            if self.dataBuffer:
                try:
                    sent = self.socket.send(self.dataBuffer)
                except BlockingIOError:
                    sent = 0
                self.dataBuffer = self.dataBuffer[sent:]
            try:
                read += self.other.recv(1 << 20)
            except TimeoutError:
                if not self.dataBuffer:
                    return read


class Daphne:
    """As much of Daphne's protocol as is looked at."""

    STATE_OPEN = state = 3

    def __init__(self) -> None:
        self.transport = Transport()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (Autobahn's name)
        """Nothing comes in here."""

    def onMessage(self, payload: bytes, binary: bool) -> None:  # noqa: N802
        """Nor here."""


@pytest.fixture
def protocol() -> Any:
    """An open socket."""
    made = Daphne()
    yield made
    made.transport.socket.close()
    made.transport.other.close()


async def turn() -> None:
    """One turn of the loop."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_what_is_told_together_leaves_in_one_write_and_in_order(protocol: Any) -> None:
    out = direct.Direct(protocol)
    texts = [f'{{"n":{number}}}' for number in range(5)]
    assert out.push(Frames(*texts))
    assert protocol.transport.other.recv(1 << 20) == b"".join(Frames(text).wire for text in texts)


async def test_what_the_kernel_does_not_take_waits_and_keeps_its_order(protocol: Any) -> None:
    out = direct.Direct(protocol)
    frames = [Frames(str(number) * 50_000) for number in range(10, 30)]
    for frame in frames:
        assert out.push(frame)
        await turn()
    assert protocol.transport.dataBuffer
    assert protocol.transport.reactor() == b"".join(frame.wire for frame in frames)


async def test_a_reader_that_stalls_costs_a_bounded_buffer(protocol: Any) -> None:
    out = direct.Direct(protocol)
    pushed = 0
    while out.push(Frames("x" * 100_000)):
        pushed += 1
        await turn()
        assert pushed < 100
    assert len(protocol.transport.dataBuffer) <= QUEUE_BYTES + 100_010


async def test_a_connection_that_is_gone_takes_nothing_and_raises_nothing(protocol: Any) -> None:
    out = direct.Direct(protocol)
    protocol.transport.other.close()
    out.push(Frames("x"))
    out.push(Frames("y"))
    await turn()
    out.push(Frames("z"))
    await turn()
    protocol.state = 4
    out.push(Frames("late"))
    await turn()
    assert protocol.transport.dataBuffer == b""


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 130_000])
def test_a_frame_is_final_unmasked_text_of_its_length(size: int) -> None:
    sent = Frames("x" * size).wire
    head = 2 if size < 126 else 4 if size < 65536 else 10
    assert sent[0] == 0x81
    assert not sent[1] & 0x80
    assert int.from_bytes(sent[2:head], "big") == size if head > 2 else sent[1] == size
    assert sent[head:] == b"x" * size


async def test_behind_another_server_or_when_switched_off_frames_go_the_portable_way(settings: Any) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    out = wire.out_for({wire.OUTERMOST: send}, send)
    assert isinstance(out, wire.Portable)
    settings.DIRECT_WRITES = False
    assert isinstance(wire.out_for({}, send), wire.Portable)
    out.push(Frames("one"))
    out.push(Frames("two"))
    await out.drain()
    assert [message["text"] for message in sent] == ["one", "two"]


def test_the_versions_that_are_installed_allow_the_direct_way() -> None:
    script = "import daphne.server; from live import direct; print(direct.works())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True", done.stderr


def test_parts_that_behave_otherwise_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    direct.works.cache_clear()
    monkeypatch.setattr(direct, "_frames_alike", lambda: True)
    monkeypatch.setattr(direct, "_buffers_alike", lambda: 1 / 0)
    assert direct.works() is False
    direct.works.cache_clear()
    monkeypatch.setattr(direct, "_buffers_alike", lambda: False)
    assert direct.works() is False
    direct.works.cache_clear()
