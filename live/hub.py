"""One hub per process: follows topics for its sockets, tells each new event once, and looks by itself every second.

The bell only says "look now". Whatever it says is found in the log, so a lost, late or repeated bell changes nothing
but the time: a look asks for the heads of all followed topics in one query and fetches what is new.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseFailure

from live import bus, ears, log, revoke, topics
from live.client import MOVING, NO_ACCESS, SIGNED_OUT, Client, Place
from live.events import CATALOGUE, VERSION, encode, envelope, hydrate, plain
from live.frame import Frames
from live.threads import on_loop, reads
from records.clock import now

LOOK_SECONDS = 1.0
BEAT_SECONDS = 10.0
HEAD_SECONDS = 15.0
ORDER_SECONDS = 0.02
"""So long what came too early waits for what goes before it: the bells of several processes overtake each other."""
EARLY_AT_MOST = 64
PASS_SECONDS = 0.1
"""So long a passing event waits for others that say the same: a room that fills is not told of each who comes."""
logger = logging.getLogger("holdfast.hub")


@dataclass(slots=True)
class Followed:
    """A topic somebody here follows: how far its followers were told, and who they are."""

    cursor: int
    clients: dict[Client, Place] = field(default_factory=dict)
    fetching: bool = False
    wanted: int = 0
    early: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """Runs of envelopes by their first seq, for which something before them has not been told yet."""


class Hub:
    """Lives on one event loop; everything here runs on it, except database reads."""

    def __init__(self) -> None:
        """Begins to look at once."""
        self.loop = asyncio.get_running_loop()
        self.clients: set[Client] = set()
        self.topics: dict[str, Followed] = {}
        self._starting: dict[str, asyncio.Future[Followed]] = {}
        self._passing: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._access = 0
        self._checking = False
        self._began = self.loop.create_task(self._begin())
        self._tasks = [self.loop.create_task(task) for task in (self._look(), self._beat(), self._tell_heads())]
        self._tasks.append(self.loop.create_task(ears.hear_redis(self._on_bell)))
        bus.listen(self._from_any_thread)

    async def stop(self) -> None:
        """Close every socket with 4503 and stop looking."""
        bus.deafen(self._from_any_thread)
        for task in (self._began, *self._tasks):
            task.cancel()
        clients = list(self.clients)
        for client in clients:
            client.close_soon(MOVING)
        await asyncio.gather(*(client.finished() for client in clients), return_exceptions=True)

    async def began(self) -> None:
        """Wait until the hub knows where the log of access stands: from here on no revocation passes it by."""
        await asyncio.shield(self._began)

    # --- following -------------------------------------------------------------------------------------------

    async def follow(self, client: Client, topic: str, after: int | None = None) -> int:
        """Send `client` what `topic` was told after `after` (None: nothing of before), then everything new.

        Returns the seq up to which it was told. No event is sent twice and none is left out; of a long absence at
        least the newest 200 come.
        """
        followed = await self._followed(topic)
        place = Place(followed.cursor)
        if after is not None:
            place.at = min(after, max(place.at, await reads(log.head, topic)))
            self._send(client, place, await reads(log.page, topic, place.at))
        # Between two awaits the hub may have told the others more, or nobody may have been left following.
        while place.at < followed.cursor or self.topics.get(topic) is not followed:
            followed = await self._followed(topic)
            until = followed.cursor  # it moves on while we read
            self._send(client, place, await reads(log.stretch, topic, place.at, until))
            place.at = max(place.at, until)
        joined_before = any(other.user_id == client.user_id for other in followed.clients)
        at = place.at
        if (earlier := client.places.get(topic)) is not None and earlier.first is not None:
            place.first = earlier.first
        client.places[topic] = followed.clients[client] = place
        try:
            # Access taken away since the caller asked would be noticed by nobody else.
            await self._recheck_one(client, topic)
        except DatabaseFailure:
            await self.unfollow(client, topic)
            raise
        if not joined_before and topic in client.places:
            await self._hooks(topics.JOIN_HOOKS, client, topic)
        return at

    async def unfollow(self, client: Client, topic: str) -> None:
        """Stop telling `client` about `topic`."""
        place = client.places.pop(topic, None)
        if place is not None and place.first is not None:
            client.seen[topic] = place.first, place.at
        followed = self.topics.get(topic)
        if followed is None or client not in followed.clients:
            return
        del followed.clients[client]
        await self._hooks(topics.UNFOLLOW_HOOKS, client, topic)
        if not any(other.user_id == client.user_id for other in followed.clients):
            await self._hooks(topics.LEAVE_HOOKS, client, topic)
        if not followed.clients and self.topics.get(topic) is followed and topic not in self._starting:
            del self.topics[topic]

    async def leave(self, client: Client) -> None:
        """The socket is gone: stop following everything."""
        self.clients.discard(client)
        for topic in list(client.places):
            await self.unfollow(client, topic)

    async def _followed(self, topic: str) -> Followed:
        if topic in self.topics:
            return self.topics[topic]
        if topic not in self._starting:
            self._starting[topic] = self.loop.create_future()
            try:
                followed = Followed(cursor=await reads(log.head, topic))
            except BaseException as error:
                self._starting.pop(topic).set_exception(error)
                raise
            self.topics[topic] = followed
            self._starting.pop(topic).set_result(followed)
            return followed
        return await asyncio.shield(self._starting[topic])

    async def _hooks(self, hooks: Iterable[topics.Hook], client: Client, topic: str) -> None:
        for hook in hooks:
            try:
                await hook(client, topic)
            except DatabaseFailure as error:
                logger.warning("a hook failed (%s)", type(error).__name__)

    # --- telling ---------------------------------------------------------------------------------------------

    def _from_any_thread(self, bell: bus.Bell) -> None:
        on_loop(self.loop, self._on_bell, bell)

    def _on_bell(self, bell: bus.Bell) -> None:
        for topic, messages in bell.get("ready", {}).items():
            followed = self.topics.get(topic)
            if followed is not None:
                self._offer(topic, followed, messages)
        for topic, head in bell.get("heads", {}).items():
            self._notice(topic, head)
        if "pass" in bell:
            topic, type_, kept = bell["pass"]
            if topic in self.topics and type_ in CATALOGUE:
                self._pass_soon(topic, type_, kept)

    def _pass_soon(self, topic: str, type_: str, kept: dict[str, Any]) -> None:
        """Tell a passing event in a moment. What comes until then about the same takes its place: the last one holds.

        Two are about the same if they differ in nothing but their lists (who is here).
        """
        about = topic, type_, *sorted((name, value) for name, value in kept.items() if not isinstance(value, list))
        if about not in self._passing:
            self.loop.call_later(PASS_SECONDS, self._pass_now, about)
        self._passing[about] = kept

    def _pass_now(self, about: tuple[Any, ...]) -> None:
        self._spawn(self._tell_passing(about[0], about[1], self._passing.pop(about)))

    def _notice(self, topic: str, head: int) -> None:
        if topic == revoke.TOPIC and self._began.done() and head > self._access and not self._checking:
            self._checking = True
            self._spawn(self._check_access())
        followed = self.topics.get(topic)
        if followed is not None and head > max(followed.cursor, followed.wanted):
            followed.wanted = head
            if not followed.fetching:
                followed.fetching = True
                self._spawn(self._fetch(topic, followed))

    def _offer(self, topic: str, followed: Followed, messages: list[dict[str, Any]]) -> None:
        """Tell what follows on the cursor, and what follows on that; keep for a moment what comes too early."""
        if messages[0]["seq"] > followed.cursor and len(followed.early) < EARLY_AT_MOST:
            followed.early[messages[0]["seq"]] = messages
        while (ready := followed.early.pop(followed.cursor + 1, None)) is not None:
            self._tell(topic, followed, ready)

    async def _fetch(self, topic: str, followed: Followed) -> None:
        try:
            if followed.early:
                await asyncio.sleep(ORDER_SECONDS)
            followed.early.clear()
            while followed.wanted > followed.cursor:
                messages = await reads(log.stretch, topic, followed.cursor, followed.wanted)
                if not messages:
                    followed.wanted = followed.cursor  # not committed as seen from here yet: the next look finds it
                    break
                if unheard := [message for message in messages if message["seq"] > followed.cursor]:
                    self._tell(topic, followed, unheard)
        except Exception as error:  # whatever it was: the topic must not stand still
            followed.wanted = followed.cursor
            logger.warning("a topic could not be read (%s); the next look tries again", type(error).__name__)
        finally:
            followed.fetching = False

    def _tell(self, topic: str, followed: Followed, messages: list[dict[str, Any]]) -> None:
        """Tell everybody who follows a topic what follows on its cursor."""
        together = Frames(*map(encode, messages))
        before, first, last = followed.cursor, messages[0]["seq"], messages[-1]["seq"]
        for client, place in followed.clients.items():
            if place.at == before:
                client.push(together)
                place.sent(first, last)
            else:  # it has read ahead by itself
                self._send(client, place, [message for message in messages if message["seq"] > place.at])
        for message in messages:
            for hook in topics.TOLD_HOOKS.get(message["type"], ()):
                people = list(dict.fromkeys(client.user_id for client in followed.clients))
                self._spawn(self._told(hook, message, people))
        followed.cursor = last

    async def _told(self, hook: topics.ToldHook, message: dict[str, Any], people: list[UUID]) -> None:
        try:
            await hook(message, people)
        except DatabaseFailure as error:
            logger.warning("a hook failed (%s)", type(error).__name__)

    async def _tell_passing(self, topic: str, type_: str, kept: dict[str, Any]) -> None:
        try:
            told = (await reads(hydrate, type_, [kept]))[0]
        except DatabaseFailure as error:
            logger.warning("a passing event was not told (%s)", type(error).__name__)
            return
        frame = Frames(encode(envelope(topic, None, now(), told)))
        followed = self.topics.get(topic)
        for client in followed.clients if followed else ():
            client.push(frame)

    def _send(self, client: Client, place: Place, messages: list[dict[str, Any]]) -> None:
        if messages:
            client.push(Frames(*map(encode, messages)))
            place.sent(messages[0]["seq"], messages[-1]["seq"])

    # --- by itself -------------------------------------------------------------------------------------------

    def _spawn(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(lambda done: self._tasks.remove(done) if done in self._tasks else None)

    async def _begin(self) -> None:
        while True:
            try:
                self._access = await reads(log.head, revoke.TOPIC)
                return
            except DatabaseFailure as error:
                logger.warning("the hub cannot begin yet (%s)", type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        await self._began
        while True:
            try:
                for topic, head in (await reads(log.heads, [*self.topics, revoke.TOPIC])).items():
                    self._notice(topic, head)
            except Exception as error:  # a process that has stopped looking is worse than any single failure
                logger.warning("the look failed (%s)", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _parts(self, seconds: float) -> AsyncIterator[list[tuple[str, Followed]]]:
        """Every followed topic once in so many seconds, a part of them a second: no room waits for all the others."""
        parts = max(1, round(seconds))
        for part in cycle(range(parts)):
            await asyncio.sleep(seconds / parts)
            yield [(topic, one) for topic, one in self.topics.items() if hash(topic) % parts == part]

    async def _beat(self) -> None:
        async for some in self._parts(BEAT_SECONDS):
            here = [(client.user_id, topic) for topic, one in some for client in one.clients]
            for hook in topics.BEAT_HOOKS if here else ():
                try:
                    await hook(here)
                except Exception as error:  # the same
                    logger.warning("a heartbeat failed (%s)", type(error).__name__)

    async def _tell_heads(self) -> None:
        async for some in self._parts(HEAD_SECONDS):
            at = plain(now())
            for topic, followed in some:
                head = {
                    "v": VERSION,
                    "on": topic,
                    "seq": None,
                    "type": "head",
                    "at": at,
                    "data": {"head": followed.cursor},
                }
                frame = Frames(encode(head))
                for client in followed.clients:
                    client.push(frame)

    async def _check_access(self) -> None:
        """Act on every revocation that was not acted on yet. One that fails is the first of the next look."""
        try:
            while messages := await reads(log.stretch, revoke.TOPIC, self._access):
                for message in messages:
                    data = message["data"]
                    if message["type"] == revoke.SignedOut.TYPE:
                        self._sign_out(data["person"], data["session"])
                    else:
                        await self._recheck(UUID(data["person"]))
                    self._access = message["seq"]
        except DatabaseFailure as error:
            logger.warning("access could not be checked (%s); the next look tries again", type(error).__name__)
        finally:
            self._checking = False

    def _sign_out(self, person: str | None, session: str | None) -> None:
        for client in list(self.clients):
            mine = session is not None and client.session_key and revoke.digest(client.session_key) == session
            if mine or (person is not None and str(client.user_id) == person):
                client.close_soon(SIGNED_OUT)

    async def _recheck(self, person: UUID) -> None:
        for client in [client for client in self.clients if client.user_id == person]:
            for topic in list(client.places):
                await self._recheck_one(client, topic)

    async def _recheck_one(self, client: Client, topic: str) -> None:
        if not await reads(topics.may_follow, client.user_id, topic):
            client.close_soon(NO_ACCESS)
            await self.unfollow(client, topic)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running loop, started at its first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


async def stop_hub() -> None:
    """Stop the running loop's hub, if it has one."""
    own = _hubs.pop(asyncio.get_running_loop(), None)
    if own is not None:
        await own.stop()
