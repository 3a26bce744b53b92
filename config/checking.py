"""`make check`: what tools can hold, held. Each step names itself; the first line of a failure says which.

python -m config.checking
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
PACKAGES = ("config", "moderation", "groups", "peers", "live", "records", "tests", "bench")
PRODUCTION = {
    "HOLDFAST_MODE": "production",
    "HOLDFAST_SECRET_KEY": "checked-only-" + "k3Yj9vQw7ZrTn5LbXc2HdSf8GmPa4UeW" * 2,
    "HOLDFAST_SEALING_KEYS": "k1:" + "A" * 43 + "=",
    "HOLDFAST_HTTPS": "1",
    "HOLDFAST_HOSTS": "clinic.example",
    "HOLDFAST_EMAIL_URL": "smtp://mail.example:587/",
    "DATABASE_URL": "postgres://holdfast@127.0.0.1/holdfast",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
"""A production environment as an operator would set it; nothing in it is reached."""


def main() -> int:
    """Run every step; exit status 0 when all hold."""
    with tempfile.TemporaryDirectory(prefix="holdfast-check-") as var:
        plain = {"HOLDFAST_VAR": var}
        demo = {**plain, "HOLDFAST_MODE": "demo"}
        steps: list[tuple[str, list[str], dict[str, str]]] = [
            ("ruff", [str(BIN / "ruff"), "check", "."], {}),
            ("ruff format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
            ("mypy", [PYTHON, "-m", "mypy", *PACKAGES], plain),
            ("imports run one way", [str(BIN / "lint-imports"), "--no-cache"], plain),
            ("migrations", _manage("makemigrations", "--check", "--dry-run"), plain),
            ("deploy checks", _manage("check", "--deploy", "--fail-level", "WARNING"), {**plain, **PRODUCTION}),
            ("docs/settings.md unchanged", _manage("settings_docs", "--check"), plain),
            ("docs/protocol.md unchanged", _manage("protocol", "--check"), plain),
            ("docs/permissions.md unchanged", _manage("permissions", "--check"), plain),
            ("the demo migrates", _manage("migrate", "--verbosity", "0"), demo),
            ("the demo loads", _manage("load_demo"), demo),
            ("the demo's audit holds", _manage("verify_audit"), demo),
        ]
        failed = [name for name, command, environ in steps if not _step(name, command, environ)]
    if failed:
        print(f"Not held: {', '.join(failed)}.")
    return 1 if failed else 0


def _manage(*arguments: str) -> list[str]:
    return [PYTHON, "manage.py", *arguments]


def _step(name: str, command: list[str], environ: dict[str, str]) -> bool:
    print(f"--- {name}", flush=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "DJANGO_"))}
    kept = {key: value for key, value in kept.items() if key not in ("DATABASE_URL", "REDIS_URL", "MESSAGE_GATE")}
    return subprocess.run(command, cwd=ROOT, env={**kept, **environ}).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
