"""The command `watch`: follow one's own topic, or the desk of a cohort one may work at."""

from dataclasses import dataclass

from live.client import Client
from live.commands import Answer, command, not_found
from live.threads import reads
from live.topics import kind_of, may_follow

WATCHABLE = ("person", "desk")


@dataclass(frozen=True, slots=True)
class Watch:
    """Follow a topic that is not a room."""

    topic: str
    """`me`, or `desk:COHORT_ID`."""
    after: int | None = None
    """Send what was told after this seq first; null: only what is new."""


@command("watch", Watch)
async def watch(client: Client, cid: str, frame: Watch) -> Answer:
    """Follow one's own topic (`me`) or a desk. The answer's `seq` is the topic's head, `topic` its name."""
    topic = f"person:{client.user_id}" if frame.topic == "me" else frame.topic
    if len(topic) > 100 or kind_of(topic) not in WATCHABLE or not await reads(may_follow, client.user_id, topic):
        raise not_found()
    return Answer(seq=await client.follow(topic, frame.after), extra={"topic": topic})
