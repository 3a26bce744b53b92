"""Words from one process to the others, sealed: what was kept a moment ago, so that they need not read it from the log.

A whisper saves time and nothing else. Whoever cannot open it, or hears it out of its turn, finds the same in the log.
Each process seals with a key of its own, derived from the site's key and the process's mark, and keeps to no other.
"""

import base64
import json
from binascii import Error as NotBase64
from functools import lru_cache
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from records import entropy
from records.sealing import NONCE, site_keys

ME = uuid4().hex
"""This running process."""
AT_MOST = 256 * 1024
"""Characters of one whisper; more is read from the log."""
Run = tuple[str, list[dict[str, Any]]]
"""A topic, and envelopes of its that follow each other."""


def seal(runs: list[Run]) -> str | None:
    """The runs as they may go over the bus; None if there are none, or too much to say."""
    words = json.dumps(runs, ensure_ascii=False, separators=(",", ":")) if runs else ""
    if not 0 < len(words) <= AT_MOST:
        return None
    nonce = entropy.take(NONCE)
    key = _key(next(iter(site_keys().values())), ME)
    return base64.b64encode(nonce + key.encrypt(nonce, words.encode(), None)).decode()


def unseal(sealed: str, sender: str) -> list[Run]:
    """What another process of this site whispered; nothing, if that cannot be opened."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (NotBase64, ValueError):
        return []
    for site_key in site_keys().values():
        try:
            return [
                (topic, run)
                for topic, run in json.loads(_key(site_key, sender).decrypt(raw[:NONCE], raw[NONCE:], None))
            ]
        except (InvalidTag, ValueError):
            continue
    return []


@lru_cache(maxsize=256)
def _key(site_key: bytes, process: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=process.encode(), info=b"holdfast bus").derive(site_key))
