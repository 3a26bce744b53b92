"""The demo's one password: made when the demo is, kept beside its database."""

import secrets
from pathlib import Path

from django.conf import settings

WORDS = "anchor basin cove dune eddy fern gull heron inlet jetty kelp lantern marsh nettle otter pebble reed shoal tide"


def current() -> str:
    """The password of every demo account."""
    path: Path = settings.VAR_DIR / "demo-password"
    if not path.exists():
        words = WORDS.split()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("-".join(secrets.choice(words) for _ in range(4)))
        path.chmod(0o600)
    return path.read_text().strip()
