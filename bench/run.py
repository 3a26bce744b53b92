"""The live core against the plain way, on this machine.

python -m bench.run            every arrangement, three rounds; writes bench/results.json and docs/performance.md
python -m bench.run --quick    1x12 and 1x200 in under two minutes; writes bench/results.json only
"""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime

from bench import report, servers, usage
from bench.compare import Arrangement, compare, idle
from bench.fleet import LoadError

FULL: list[Arrangement] = [(1, 12), (1, 50), (1, 200), (50, 12)]
QUICK: list[Arrangement] = [(1, 12), (1, 200)]


def main() -> int:
    """Measure, write down, and print the line others read last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=0, help="0: three, or one when quick")
    parser.add_argument("--seconds", type=float, default=0.0, help="0: three, or two when quick")
    parser.add_argument("--idle", type=int, default=0, help="silent sockets; 0: 1,000, or 200 when quick")
    chosen = parser.parse_args()
    quick = chosen.quick
    rounds, seconds = chosen.rounds or (1 if quick else 3), chosen.seconds or (2.0 if quick else 3.0)
    silent = chosen.idle or (200 if quick else 1000)
    servers.leave_politely()
    try:
        about = {
            "command": "make bench-quick" if quick else "make bench",
            "day": datetime.now(UTC).date().isoformat(),
            "seconds": seconds,
            "idle_sockets": silent,
            "fsync_ms": usage.fsync_ms(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        }
        usage.cores()
        names = ["tutorial", "postgres", "floor"] if quick else ["tutorial", "postgres", "sqlite", "floor"]
        rows = compare(names, QUICK if quick else FULL, rounds=rounds, seconds=seconds)
        found = report.summary(rows, idle(["tutorial", "postgres"], silent), rounds)
    except (servers.Missing, LoadError, RuntimeError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    report.write(found, rows, about, page=not quick)
    print(report.table(rows), *report.trouble(rows), sep="\n", file=sys.stderr)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
