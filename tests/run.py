"""The whole suite: on PostgreSQL with Redis, in a browser, and on SQLite. Ends with pytest's closing line.

python -m tests.run all|fast
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack

from bench import servers

FAST = ["-m", "not browser and not chaos"]
WORKERS = ["-n", "2", "--dist", "loadfile"]


def pytest(name: str, *arguments: str, **environ: str) -> bool:
    """One run of pytest in an environment of its own; returns whether it passed."""
    print(f"\n--- {name} ---", flush=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "DJANGO_"))}
    kept = {key: value for key, value in kept.items() if key not in ("DATABASE_URL", "REDIS_URL", "MESSAGE_GATE")}
    with tempfile.TemporaryDirectory(prefix="holdfast-tests-") as var:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        process = subprocess.Popen(command, env={**kept, "HOLDFAST_VAR": var, **environ})
        try:
            return process.wait() == 0
        finally:
            if process.poll() is None:  # this run is being ended: so is pytest, with all it started
                process.send_signal(signal.SIGINT)
                process.wait()


def main(which: str) -> int:
    """Run the suite; exit status 0 when every part passed."""
    servers.leave_politely()
    passed = []
    with ExitStack() as running:
        try:
            database = running.enter_context(servers.postgres(durable=False))
            bus = running.enter_context(servers.redis())
        except servers.Missing as missing:
            print(missing)
            return 1
        if which == "all":
            passed.append(pytest("PostgreSQL and Redis", *FAST, *WORKERS, DATABASE_URL=database, REDIS_URL=bus))
            passed.append(pytest("In a browser, and whole processes", "-m", "browser or chaos"))
        environ = {"TEST_REDIS_URL": bus, "TEST_DATABASE_URL": database}
        passed.append(pytest("SQLite, in one process", *FAST, *WORKERS, **environ))
    if not all(passed):
        print("Not everything passed; see above.")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "all"))
