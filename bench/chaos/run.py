"""What breaks must lose nothing: a cohort posts without pause while parts of its site are killed, frozen and cut off.

python -m bench.chaos.run [--seed n] [--only name[+name]]      a JSON line for each fault; exit 1 if anything was lost,
or a part that was back was not used again within five seconds
"""

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Sequence
from itertools import combinations, pairwise
from time import monotonic
from typing import Any

from bench import servers
from bench.chaos.crowd import Crowd
from bench.chaos.faults import FAULTS, Fault
from bench.chaos.place import Place, standing
from bench.site import ROOT

PEOPLE = 8
PAIRS = 8
CALM_SECONDS = 3.0
RECOVERY_SECONDS = 5.0
"""A part that is back is used again within this."""
REVOKED_SECONDS = 3.0
"""Nothing written so long after a discharge reaches the person; without Redis the look every second has to do."""
STOPPED_SECONDS = 2.0
"""A room in which for so long nothing was acknowledged and seen has stopped."""
SETTLE_SECONDS = 30.0


async def run(place: Place, faults: Sequence[Fault], seed: int) -> dict[str, Any]:
    """Talk, break, mend, talk on; then count."""
    speakers = [{"speakers": [f"Person {number}" for number in range(PEOPLE)]}]
    prepared = await asyncio.to_thread(place.site.script, "bench.prepare", given=json.dumps(speakers))
    crowd, enough = Crowd.of(prepared, place.ports), asyncio.Event()
    everybody = [*crowd.people, crowd.leaver, crowd.stranger]
    staying = [asyncio.create_task(person.stay()) for person in everybody]
    talking = [asyncio.create_task(person.talk(enough)) for person in [*crowd.people[:-1], crowd.leaver]]
    door = asyncio.create_task(crowd.try_the_door(enough))
    await asyncio.sleep(CALM_SECONDS)
    broke = monotonic()
    await asyncio.gather(*(fault.begin(place, crowd) for fault in faults))
    leaving = asyncio.create_task(_discharge(place, prepared["rooms"][0], crowd))
    mended = max(await asyncio.gather(*(_mend(fault, place, crowd) for fault in faults)))
    discharged = await asyncio.wait_for(leaving, 60)
    await asyncio.sleep(CALM_SECONDS)
    enough.set()
    await asyncio.wait(talking, timeout=SETTLE_SECONDS)
    came_in = await door
    await _settle(crowd)
    for task in [*staying, *talking]:
        task.cancel()
    await asyncio.gather(*staying, *talking, return_exceptions=True)
    return {
        "fault": "+".join(fault.name for fault in faults),
        "seed": seed,
        **_count(crowd, discharged, came_in),
        "recovery_s": _recovery(crowd, broke, mended),
    }


async def _mend(fault: Fault, place: Place, crowd: Crowd) -> float:
    await asyncio.sleep(fault.seconds)
    await fault.end(place, crowd)
    return monotonic()


async def _discharge(place: Place, room: dict[str, Any], crowd: Crowd) -> float:
    """End the leaver's membership as an operator would, again until it is done; returns when it was."""
    email, cohort = room["emails"][PEOPLE - 1], room["cohort"]
    while True:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "manage.py", "discharge", email, "--cohort", cohort),
            cwd=ROOT,
            env=place.site.environ,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        if await process.wait() == 0:
            return monotonic()
        await asyncio.sleep(0.5)


async def _settle(crowd: Crowd) -> None:
    """Wait until everybody who belongs here was told as much as anybody."""
    end = monotonic() + SETTLE_SECONDS
    while monotonic() < end:
        head = max((one.seq for one in crowd.record.acked.values()), default=0)
        if all(person.head >= head for person in crowd.people):
            return
        await asyncio.sleep(0.1)


def _count(crowd: Crowd, discharged: float, came_in: int) -> dict[str, int]:
    acked = crowd.record.acked.values()
    late = {one.identifier for one in acked if one.began > discharged + REVOKED_SECONDS}
    leaked = came_in + len(late & crowd.leaver.told.texts.keys()) + (crowd.leaver.gone_code is None)
    strange = crowd.stranger.told
    known = {one.identifier: one.text for one in acked}
    return {
        "acked": len(known),
        "lost": sum(
            person.told.texts.get(known_id) != text for known_id, text in known.items() for person in crowd.people
        ),
        "duplicated": sum(person.told.duplicated for person in crowd.people) + _twice(crowd),
        "out_of_order": sum(person.told.out_of_order for person in crowd.people),
        "leaked": leaked + strange.foreign + len(strange.texts),
    }


def _twice(crowd: Crowd) -> int:
    """Messages that were kept twice: acknowledged as two, or told with the same words under two ids."""
    texts = list(crowd.people[0].told.texts.values())
    return len(texts) - len(set(texts)) + sum(one.contradicted for one in crowd.record.said.values())


def _recovery(crowd: Crowd, broke: float, mended: float) -> float:
    """Seconds from the part's return to the next post acknowledged and seen; 0 where the room never stopped."""
    done = sorted(max(one.acked_at, one.seen_at) for one in crowd.record.acked.values() if one.seen_at)
    around = [broke, *(at for at in done if broke < at)]
    gaps = [(after - before, after) for before, after in pairwise(around)]
    if not any(gap > STOPPED_SECONDS for gap, after in gaps):
        return 0.0
    after = next((at for at in done if at >= mended), None)
    return round(after - mended, 2) if after is not None else round(monotonic() - mended, 2)


def chosen(only: str, seed: int) -> list[tuple[Fault, ...]]:
    """Each fault alone, then a sample of pairs; or the one that is asked for."""
    by_name = {fault.name: fault for fault in FAULTS}
    if only:
        return [tuple(by_name[name] for name in only.split("+"))]
    pairs = list(combinations(FAULTS, 2))
    return [(fault,) for fault in FAULTS] + random.Random(seed).sample(pairs, PAIRS)


def main() -> int:
    """Run the faults; a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help=f"one of {', '.join(fault.name for fault in FAULTS)}; or two with +")
    asked = parser.parse_args()
    try:
        plan = chosen(asked.only, asked.seed)
    except KeyError as unknown:
        print(f"chaos: there is no fault {unknown}", file=sys.stderr)
        return 2
    bad = False
    servers.leave_politely()
    try:
        with standing() as place:
            for faults in plan:
                line = asyncio.run(run(place, faults, asked.seed))
                print(json.dumps(line), flush=True)
                bad |= any(line[name] for name in ("lost", "duplicated", "out_of_order", "leaked"))
                if line["recovery_s"] > RECOVERY_SECONDS:
                    bad = True
                    print(f"{line['fault']}: took longer than {RECOVERY_SECONDS:g} s to recover", file=sys.stderr)
    except servers.Missing as missing:
        print(f"chaos: {missing}", file=sys.stderr)
        return 2
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
