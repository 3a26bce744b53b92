"""A real server against sockets that mean harm: each gets its documented answer, and nobody else notices."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bench.client import Client
from bench.site import ROOT, Site, running
from live.commands import CODES, COMMANDS
from tests.test_production import run

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]
FRAMES = 10_000
MANY = 1_000


class Place:
    """A served site with two rooms of two people each."""

    def __init__(self, site: Site, log: Path) -> None:
        self.site, self.log = site, log
        made = site.script("bench.prepare", given=json.dumps([{"speakers": ["a", "b"]}, {"speakers": ["c", "d"]}]))
        self.rooms = [one["room"] for one in made["rooms"]]
        self.cookies = [one["cookies"] for one in made["rooms"]]

    def socket(self, cookie: str = "", origin: str | None = None) -> Any:
        """A connection of a client of its own making."""
        return connect(
            f"ws://127.0.0.1:{self.site.port}/ws/",
            origin=origin or f"http://127.0.0.1:{self.site.port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie} if cookie else {},
            max_size=None,
            ping_interval=None,
        )

    def client(self, room: int, person: int) -> Client:
        """Somebody who means well."""
        return Client(self.site.port, self.cookies[room][person], self.rooms[room])

    def memory(self) -> int:
        """Resident memory of the server, in KiB."""
        status = Path(f"/proc/{self.site.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def complaints(self) -> str:
        """What the server logged that it should not have."""
        return "\n".join(line for line in self.log.read_text().splitlines() if "Traceback" in line or "broke" in line)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One served site."""
    log = tmp_path_factory.mktemp("hostile") / "serve.log"
    with running("sqlite", log=log, HOLDFAST_POSTS_PER_MINUTE="1000000") as site:
        yield Place(site, log)


async def code_of(socket: ClientConnection) -> int | None:
    """With which code the server closes."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def still_well(place: Place) -> None:
    """Two people of a room talk as if nothing had happened."""
    writer, reader = place.client(0, 0), place.client(0, 1)
    for one in (writer, reader):
        assert (await one.connect())["ok"]
    answer = await writer.ask("post", room=place.rooms[0], text="still here")
    assert answer["ok"], answer
    assert await reader.reach(answer["seq"])
    assert reader.told.texts[answer["id"]] == "still here"
    for one in (writer, reader):
        await one.close()


def test_who_is_not_let_in(place: Place) -> None:
    async def knock() -> None:
        for origin in ("http://evil.example", "https://127.0.0.1.evil.example", "null"):
            with pytest.raises(InvalidStatus) as refused:
                async with place.socket(place.cookies[0][0], origin=origin):
                    pass
            assert refused.value.response.status_code == 403
        for cookie in ("", "sessionid=nonsense", "sessionid=" + "x" * 4000):
            async with place.socket(cookie) as socket:
                assert await code_of(socket) == 4401
        await still_well(place)

    run(knock())


def test_a_sign_in_that_has_expired_opens_nothing(place: Place) -> None:
    cookie = place.cookies[0][2]  # the listener's, whom no other test needs
    key = cookie.partition("sessionid=")[2].partition(";")[0]
    expire = (
        "from django.contrib.sessions.models import Session; from records.clock import now; "
        f"print(Session.objects.filter(pk={key!r}).update(expire_date=now()))"
    )

    async def knock() -> None:
        async with place.socket(cookie) as socket:
            await socket.send(json.dumps({"v": 1, "cmd": "join", "cid": "j", "room": place.rooms[0]}))
            assert json.loads(await socket.recv())["ok"]
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", expire]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=ROOT, env=place.site.environ, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "1"
        async with place.socket(cookie) as socket:
            assert await code_of(socket) == 4401

    run(knock())


def test_another_cohort_and_another_persons_client_id(place: Place) -> None:
    async def try_on() -> None:
        ana, ben, eve = place.client(0, 0), place.client(0, 1), place.client(1, 0)
        for one in (ana, ben, eve):
            assert (await one.connect())["ok"]
        cid = str(uuid4())
        first = await ana.ask("post", cid, room=place.rooms[0], text="mine")
        second = await ben.ask("post", cid, room=place.rooms[0], text="not yours")
        assert first["id"] != second["id"]
        foreign = await eve.ask("post", cid, room=place.rooms[0], text="let me in")
        unknown = await eve.ask("post", cid, room=str(uuid4()), text="let me in")
        assert foreign == unknown
        assert (foreign["ok"], foreign["code"]) == (False, "not_found")
        again = await ana.ask("post", cid, room=place.rooms[0], text="something else by now")
        assert (again["id"], again["seq"]) == (first["id"], first["seq"])
        for one in (ana, ben, eve):
            await one.close()

    run(try_on())


def mutated(rng: random.Random, room: str) -> str | bytes:
    """A frame that was one once, or never."""
    name = rng.choice([*COMMANDS, "admin", "", "__class__"])
    fields: dict[str, Any] = {"v": 1, "cmd": name, "cid": str(rng.random()), "room": room, "text": "hello"}
    for _ in range(rng.randrange(4)):
        odd: Any = rng.choice([None, True, -1, 2**70, 1.5, "", "\x00", "\ud800", [], {}, [[]] * 3, "x" * 3000, room])
        fields[rng.choice([*fields, "after", "seq", "reply_to", "person", "to", "state", "message"])] = odd
    for _ in range(rng.randrange(2)):
        fields.pop(rng.choice(list(fields)))
    text = json.dumps(fields)
    match rng.randrange(8):
        case 0:
            return rng.randbytes(rng.randrange(1, 200))
        case 1:
            return text[: rng.randrange(len(text))]
        case 2:
            cut = rng.randrange(len(text))
            return text[:cut] + chr(rng.randrange(32, 0x2FF)) + text[cut + 1 :]
        case 3:
            return "[" * rng.randrange(1, 3000)
    return text


def test_ten_thousand_frames_nobody_should_send(place: Place) -> None:
    async def send() -> None:
        rng = random.Random(4)
        answered = sent = 0
        codes: set[str] = set()
        async with place.socket(place.cookies[1][0]) as socket:

            async def read() -> None:
                nonlocal answered
                async for raw in socket:
                    frame = json.loads(raw)
                    if "ack" in frame:
                        answered += 1
                        if not frame["ok"]:
                            codes.add(frame["code"])
                            assert frame["reason"]

            reading = asyncio.create_task(read())
            for number in range(FRAMES):
                await socket.send(mutated(rng, place.rooms[1]))
                sent += 1
                if number % 500 == 0:
                    await asyncio.sleep(0)
            for _ in range(600):
                if answered == sent:
                    break
                await asyncio.sleep(0.1)
            reading.cancel()
        assert answered == sent
        assert codes <= CODES.keys()
        assert "broken" not in codes
        assert "bad_frame" in codes

    before = place.memory()
    run(send())
    assert place.memory() - before < 30_000
    assert place.complaints() == ""
    run(still_well(place))


def test_frames_too_large_in_pieces_and_pings_without_end(place: Place) -> None:
    async def flood() -> None:
        async with place.socket(place.cookies[1][0]) as socket:
            large = {"v": 1, "cmd": "post", "cid": "large", "room": place.rooms[1], "text": "x" * 70_000}
            await socket.send(json.dumps(large))
            said = json.loads(await socket.recv())
            while "ack" not in said:
                said = json.loads(await socket.recv())
            assert (said["ack"], said["code"]) == ("large", "too_long")
            whole = json.dumps(large | {"cid": "pieces", "text": "in pieces"})
            await socket.send(whole[at : at + 7] for at in range(0, len(whole), 7))
            while "ack" not in (said := json.loads(await socket.recv())):
                pass
            assert (said["ack"], said["ok"]) == ("pieces", True)
            pongs = [await socket.ping() for _ in range(5_000)]
            await asyncio.wait_for(pongs[-1], 30)
        async with place.socket(place.cookies[1][0]) as socket:
            await socket.send("x" * 140_000)
            assert await code_of(socket) in (None, 1009)  # the connection ends; the protocol's own limit

    before = place.memory()
    run(flood())
    run(still_well(place))
    assert place.memory() - before < 30_000
    assert place.complaints() == ""


def test_who_sends_without_pause_is_read_no_faster_than_answered(place: Place) -> None:
    frame = json.dumps({"v": 1, "cmd": "seen", "cid": "s", "room": place.rooms[1], "seq": 1}) + " " * 60_000

    async def flood() -> int:
        answered = 0
        async with place.socket(place.cookies[1][0]) as socket:

            async def read() -> None:
                nonlocal answered
                async for raw in socket:
                    answered += "ack" in json.loads(raw)

            reading = asyncio.create_task(read())
            peak = 0
            for _ in range(600):
                await socket.send(frame)
                peak = max(peak, place.memory())
            for _ in range(600):
                if answered == 600:
                    break
                await asyncio.sleep(0.1)
            reading.cancel()
        assert answered == 600
        return peak

    before = place.memory()
    assert run(flood()) - before < 20_000  # KiB; 36 MB were sent
    assert place.complaints() == ""


def test_a_thousand_sockets_of_one_person(place: Place) -> None:
    async def crowd() -> None:
        clients = [place.client(0, 1) for _ in range(MANY)]
        gate = asyncio.Semaphore(100)

        async def come(client: Client) -> None:
            async with gate:
                assert (await client.connect())["ok"]

        await asyncio.gather(*(come(client) for client in clients))
        writer = place.client(0, 0)
        assert (await writer.connect())["ok"]
        answer = await writer.ask("post", room=place.rooms[0], text="to every one of you")
        assert all(await asyncio.gather(*(client.reach(answer["seq"]) for client in clients)))
        assert all(client.told.texts[answer["id"]] == "to every one of you" for client in clients)
        assert sum(client.told.duplicated + client.told.out_of_order for client in clients) == 0
        await asyncio.gather(*(client.drop() for client in clients))
        await writer.close()

    before = place.memory()
    run(crowd())
    assert place.memory() - before < 100_000  # KiB: what they take while they are there, and no more
    run(still_well(place))
    assert place.complaints() == ""


def test_one_who_never_reads_is_dropped_and_resumes_with_everything(place: Place) -> None:
    async def stall() -> None:
        writer = place.client(1, 0)
        assert (await writer.connect())["ok"]
        start = writer.head
        reader, sock = await asyncio.open_connection("127.0.0.1", place.site.port, limit=1024)
        sock.write(
            (
                f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{place.site.port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                f"Origin: http://127.0.0.1:{place.site.port}\r\nCookie: {place.cookies[1][1]}\r\n\r\n"
            ).encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        join = json.dumps({"v": 1, "cmd": "join", "cid": "j", "room": place.rooms[1]}).encode()
        mask = os.urandom(4)
        sock.write(bytes((0x81, 0x80 | len(join))) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(join)))
        await asyncio.sleep(0.5)
        before, words = place.memory(), "still here " * 350
        for _ in range(2_500):  # ten MB, more than the kernel and the server keep for one
            answer = await writer.ask("post", room=place.rooms[1], text=words)
        assert place.memory() - before < 60_000
        got = bytearray()
        with suppress(ConnectionError):
            while some := await asyncio.wait_for(reader.read(1 << 20), 20):
                got += some
        assert got.count(b'"type":"message.posted"') < 2_500  # it was dropped on the way, and not told the rest
        returned = place.client(1, 1)
        returned.head = answer["seq"] - 150
        assert (await returned.connect())["ok"]
        assert await returned.reach(answer["seq"])
        assert len(returned.told.texts) == 150
        assert writer.head == answer["seq"] > start
        for one in (writer, returned):
            await one.close()
        sock.close()

    run(stall())
    assert place.complaints() == ""
