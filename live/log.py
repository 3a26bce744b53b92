"""A topic's log: telling it something, and reading what it was told.

`tell` numbers events under the topic's row lock, in the transaction that makes them true: seq order is commit order.
Topics are always locked in the order of their keys, so two writers never wait for each other in a circle.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from live import bus
from live.events import CATALOGUE, Event, Kept, envelope, hydrate
from live.models import LogEntry, Topic
from records import rows
from records.clock import now

PAGE = 200
"""How many of the newest events a resume gets at least."""
Told = tuple[str, type[Event], Kept]
KNOWN_AT_MOST = 100_000
_known: set[str] = set()
"""Topics this process has seen: they need not be made again before they are locked."""


def lock(topics: Iterable[str]) -> dict[str, int]:
    """Lock topics, in the order of their keys, until the transaction ends; makes those that are new. Their heads."""
    return lock_and_read(topics, [])[0]


def lock_and_read(
    topics: Iterable[str], statements: Sequence[rows.Statement]
) -> tuple[dict[str, int], list[list[tuple[Any, ...]]]]:
    """`lock`, and what some statements find once the topics are locked; on PostgreSQL in one trip."""
    keys = sorted(set(topics))
    if new := [key for key in keys if key not in _known]:
        Topic.objects.bulk_create([Topic(key=key) for key in new], ignore_conflicts=True)
    locked, *found = rows.select_all([_locks(keys), *statements])
    if len(locked) < len(keys):  # what was known here was never committed
        there = dict(locked)
        Topic.objects.bulk_create([Topic(key=key) for key in keys if key not in there], ignore_conflicts=True)
        locked, *found = rows.select_all([_locks(keys), *statements])
    if len(_known) > KNOWN_AT_MOST:
        _known.clear()
    _known.update(keys)
    return dict(locked), found


def _locks(keys: list[str]) -> rows.Statement:
    named = rows.marks(keys) or "NULL"
    sql = f"SELECT key, head FROM live_topic WHERE key IN ({named}) ORDER BY key"  # noqa: S608
    return sql + (" FOR UPDATE" if connection.features.has_select_for_update else ""), keys


def tell(topic: str, cls: type[Event], kept: Kept) -> int:
    """Tell one topic one thing; returns its seq. Call inside the transaction that makes it true."""
    return tell_all([(topic, cls, kept)])[0]


def tell_all(
    told: Sequence[Told],
    fresh: Mapping[int, Event] | None = None,
    held: Mapping[str, int] | None = None,
    later: list[rows.Write] | None = None,
) -> list[int]:
    """Tell several things at once, in order; returns each one's seq in its topic. Rings after the commit.

    `fresh` holds, by its place in `told`, what an event looks like now: this process tells its own followers without
    reading the log again. `held` are heads the caller has locked in this transaction, if it has. With `later` nothing
    is written yet: the statements are put there for the caller to run in the same transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A topic is told inside the transaction that makes it true.")
    wanted = {topic for topic, _, _ in told}
    heads = {topic: held[topic] for topic in wanted} if held and wanted <= held.keys() else lock(wanted)
    at = now()
    entries: list[dict[str, Any]] = []
    seqs = []
    for key, cls, kept in told:
        if not cls.DURABLE:
            raise ValueError(f"{cls.TYPE} is a passing event; it is not kept")
        heads[key] += 1
        seqs.append(heads[key])
        entries.append({"topic_id": key, "seq": heads[key], "type": cls.TYPE, "at": at, "data": kept})
    write: list[rows.Write] = [_set_heads(heads), rows.Insert(LogEntry, entries)]
    if later is None:
        rows.run(write)
    else:
        later += write
    ready = _ready(entries, fresh or {})
    transaction.on_commit(lambda: bus.ring(heads, ready), robust=True)
    return seqs


def _set_heads(heads: Mapping[str, int]) -> rows.Statement:
    new = ", ".join(["(%s, %s)"] * len(heads))
    sql = (
        f"UPDATE live_topic SET head = new.column2 FROM (VALUES {new}) AS new "  # noqa: S608
        "WHERE live_topic.key = new.column1"
    )
    return sql, [value for pair in heads.items() for value in pair]


def _ready(entries: Sequence[rows.Row], fresh: Mapping[int, Event]) -> dict[str, list[dict[str, Any]]]:
    """The envelopes of the topics all of whose new entries are fresh."""
    ready: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, entry in enumerate(entries):
        if place in fresh:
            topic = entry["topic_id"]
            ready[topic].append(envelope(topic, entry["seq"], entry["at"], fresh[place]))
    for place, entry in enumerate(entries):
        if place not in fresh:
            ready.pop(entry["topic_id"], None)
    return dict(ready)


def head(topic: str) -> int:
    """The seq of the last thing a topic was told; 0 if nothing."""
    found = rows.select(*head_of(topic))
    return int(found[0][0]) if found else 0


def head_of(topic: str) -> rows.Statement:
    """The statement `head` runs; it finds no row for a topic that was told nothing."""
    return "SELECT head FROM live_topic WHERE key = %s", [topic]


def heads(topics: Iterable[str]) -> dict[str, int]:
    """The heads of several topics; a topic that was told nothing is left out."""
    keys = list(topics)
    found: dict[str, int] = {}
    for start in range(0, len(keys), rows.AT_ONCE):
        some = keys[start : start + rows.AT_ONCE]
        found |= rows.select(f"SELECT key, head FROM live_topic WHERE key IN ({rows.marks(some)})", some)  # noqa: S608
    return found


def told_beside(since: Mapping[str, int], types: Collection[str]) -> set[str]:
    """Which of these topics were told anything but such `types` after these seqs."""
    asked = " OR ".join(["(topic_id = %s AND seq > %s)"] * len(since)) or "FALSE"
    sql = f"SELECT DISTINCT topic_id FROM live_logentry WHERE ({asked}) AND type NOT IN ({rows.marks(types)})"  # noqa: S608
    found = rows.select(sql, [*(value for pair in since.items() for value in pair), *types])
    return {topic for (topic,) in found}


def page(topic: str, after: int, limit: int = PAGE) -> list[dict[str, Any]]:
    """Envelopes of the newest `limit` events after `after`, oldest first, as visible now."""
    rows = LogEntry.objects.filter(topic_id=topic, seq__gt=after).order_by("-seq")[:limit]
    return envelopes(list(reversed(rows)))


def stretch(topic: str, after: int, until: int | None = None) -> list[dict[str, Any]]:
    """Envelopes of every event with `after` < seq (<= `until`), oldest first, as visible now."""
    entries = LogEntry.objects.filter(topic_id=topic, seq__gt=after).order_by("seq")
    return envelopes(list(entries if until is None else entries.filter(seq__lte=until)))


def envelopes(entries: Sequence[LogEntry]) -> list[dict[str, Any]]:
    """Entries as they are told, each type hydrated in one go."""
    by_type: defaultdict[str, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        if entry.type in CATALOGUE:
            by_type[entry.type].append(entry)
    told: dict[int, dict[str, Any]] = {}
    for type_, some in by_type.items():
        for entry, event in zip(some, hydrate(type_, [entry.data for entry in some]), strict=True):
            told[entry.pk] = envelope(entry.topic_id, entry.seq, entry.at, event)
    return [told[entry.pk] for entry in entries if entry.pk in told]
