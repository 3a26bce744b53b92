"""Real conversations through a private site over real sockets: nothing lost, twice, out of order, or leaked.

python -m bench.replay FILE --backend sqlite|postgres --speed 0 --limit 0
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench import servers, site
from bench.client import Client
from bench.conversations import Unreadable, read

AT_ONCE = 12
"""Conversations that run at the same time."""


@dataclass
class Tally:
    """The figures of a replay."""

    backend: str
    conversations: int = 0
    sent: int = 0
    acked: int = 0
    held: int = 0
    refused: int = 0
    expected: int = 0
    delivered: int = 0
    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    leaked: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    flags: int = 0
    cases: int = 0
    seconds: float = 0.0


@dataclass
class Talk:
    """One conversation under way."""

    given: dict[str, Any]
    port: int
    room: str
    cookies: list[str]
    speed: float
    tally: Tally
    latencies: list[float]
    ids: list[str | None] = field(default_factory=list)
    published: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    async def run(self, intruder_cookie: str) -> None:
        """Everybody joins; each turn is posted when the one before it was acknowledged; everybody drops once."""
        speakers = self.given["speakers"]
        clients = [Client(self.port, cookie, self.room) for cookie in self.cookies]
        others = [Client(self.port, self.cookies[0], self.room)]
        intruder = Client(self.port, intruder_cookie, self.room)
        everybody = [*clients, *others]
        for client in everybody:
            answer = await client.connect()
            assert answer["ok"], answer
        if (await intruder.connect())["ok"]:
            self.tally.leaked += 1
        turns = self.given["turns"]
        drops = {len(turns) * (place + 1) // (len(everybody) + 1): place for place in range(len(everybody))}
        missing = [place for place in range(len(everybody)) if place not in drops.values()]
        head = 0
        for number, turn in enumerate(turns):
            if self.speed and turn.get("after_s"):
                await asyncio.sleep(turn["after_s"] / self.speed)
            speaker = clients[speakers.index(turn["speaker"])]
            dropping = [drops[number]] if number in drops else []
            if number == len(turns) // 2:
                dropping += missing
            for place in dropping:
                if everybody[place] is not speaker:
                    await everybody[place].drop()
            drops_speaker = any(everybody[place] is speaker for place in dropping)
            head = await self._post(speaker, turn, head, drops=drops_speaker)
            for place in dropping:
                if everybody[place] is not speaker:
                    await everybody[place].connect()
        for client in everybody:
            await client.reach(head)
        await self._ask_again(intruder)
        self._count(everybody, intruder)
        for client in [*everybody, intruder]:
            await client.close()

    async def _post(self, speaker: Client, turn: dict[str, Any], head: int, *, drops: bool) -> int:
        cid, fields = str(uuid4()), {"room": self.room, "text": turn["text"]}
        answered = turn.get("reply_to")
        if answered is not None and answered < len(self.ids) and (target := self.ids[answered]) in self.published:
            fields["reply_to"] = target
        self.tally.sent += 1
        began = perf_counter()
        if drops:
            # The connection goes before the answer comes; the same client id is sent again on return.
            await speaker.tell("post", cid, **fields)
            await speaker.drop()
            await speaker.connect()
        answer = await speaker.ask("post", cid, **fields)
        self._began[cid] = began
        if not answer["ok"]:
            self.tally.refused += 1
            self.ids.append(None)
            return head
        self.tally.acked += 1
        self.ids.append(answer["id"])
        if answer["state"] == "held":
            self.tally.held += 1
            self.held.add(answer["id"])
            return head
        self.published[answer["id"]] = turn["text"].replace("\r\n", "\n").replace("\r", "\n")
        if answer["seq"] <= head:
            self.tally.out_of_order += 1
        return max(head, int(answer["seq"]))

    @property
    def _began(self) -> dict[str, float]:
        return self.given.setdefault("_began", {})  # type: ignore[no-any-return]

    async def _ask_again(self, intruder: Client) -> None:
        for command, fields in (
            ("join", {"room": self.room, "after": 0}),
            ("post", {"room": self.room, "text": "hello"}),
        ):
            if (await intruder.ask(command, **fields))["ok"]:
                self.tally.leaked += 1

    def _count(self, everybody: list[Client], intruder: Client) -> None:
        self.tally.conversations += 1
        self.tally.leaked += intruder.told.foreign + len(intruder.told.texts)
        for client in everybody:
            told = client.told
            self.tally.expected += len(self.published)
            right = sum(told.shows(identifier, text) for identifier, text in self.published.items())
            self.tally.delivered += right
            self.tally.lost += len(self.published) - right
            self.tally.duplicated += told.duplicated
            self.tally.out_of_order += told.out_of_order
            self.tally.leaked += told.foreign + len(self.held & told.texts.keys())
            self.latencies += [told.times[cid] - began for cid, began in self._began.items() if cid in told.times]


async def replay(
    conversations: list[dict[str, Any]], prepared: dict[str, Any], port: int, speed: float, tally: Tally
) -> None:
    """Run every conversation, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)
    latencies: list[float] = []

    async def one(given: dict[str, Any], place: dict[str, Any]) -> None:
        async with gate:
            talk = Talk(given, port, place["room"], place["cookies"], speed, tally, latencies)
            await talk.run(prepared["intruder"])

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for given, place in zip(conversations, prepared["rooms"], strict=True):
            group.create_task(one(given, place))
    tally.seconds = round(perf_counter() - began, 2)
    if len(latencies) > 1:
        cuts = quantiles(latencies, n=100)
        tally.p50_ms, tally.p99_ms = round(cuts[49] * 1000, 1), round(cuts[98] * 1000, 1)


def main() -> int:
    """Replay a file; the last line is the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--backend", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--speed", type=float, default=0.0)
    parser.add_argument("--limit", type=int, default=0)
    chosen = parser.parse_args()
    try:
        conversations = read(chosen.file, chosen.limit)
    except Unreadable as unreadable:
        print(unreadable, file=sys.stderr)
        return 2
    tally = Tally(chosen.backend)
    servers.leave_politely()
    try:
        with site.running(chosen.backend, HOLDFAST_POSTS_PER_MINUTE="1000000") as running:
            people = json.dumps([{"speakers": one["speakers"]} for one in conversations])
            prepared = running.script("bench.prepare", given=people)
            asyncio.run(replay(conversations, prepared, running.port, chosen.speed, tally))
            counted = running.script("bench.prepare", "count")
    except servers.Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    tally.flags, tally.cases = counted["flags"], counted["cases"]
    print(json.dumps(asdict(tally)))
    return 1 if tally.lost or tally.duplicated or tally.out_of_order or tally.leaked else 0


if __name__ == "__main__":
    sys.exit(main())
