"""The audit chain: links committed rows one to the next, and notices when one was altered, removed or cut off.

A link's hash is an HMAC over the hash before it and the row, keyed with a data key of the site, so nobody without
the site's keys can forge a chain. The newest link is also kept in a file outside the database: a tail that was cut
off no longer reaches it. Rows not linked yet (the last seconds) are not protected; `docs/operations.md` says so.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from records import sealing
from records.models import AuditLink, AuditRow, KeyOwner

ADVISORY_LOCK = 0x486F6C64
CHAIN = sealing.Owner(KeyOwner.SITE, UUID(int=0))
PAGE = 500
Kind = Literal["altered", "missing", "truncated"]


@dataclass(frozen=True, slots=True)
class Bad:
    """The first place where the chain does not hold."""

    id: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found: `rows` linked rows were read, `head` is the newest link's hash (hex) or null."""

    ok: bool
    rows: int
    head: str | None
    bad: Bad | None

    def line(self) -> str:
        """One JSON line."""
        return json.dumps(asdict(self))


def link(_now: datetime | None = None) -> int:
    """Link committed rows that have no link yet; returns how many. While the end of the chain does not hold: none."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        if _cut() is not None:
            return 0
        last = AuditLink.objects.order_by("-seq").first()
        seq, digest = (last.seq, bytes(last.hash)) if last else (0, b"")
        rows = list(AuditRow.objects.filter(link=None).order_by("at", "id")[:PAGE])
        key = sealing.raw_key(CHAIN) if rows else b""
        links = []
        for row in rows:
            seq, digest = seq + 1, _hash(key, digest, row)
            links.append(AuditLink(seq=seq, row=row, hash=digest))
        AuditLink.objects.bulk_create(links)
        if links:
            transaction.on_commit(lambda: keep_head(seq, digest))
    return len(links)


def verify() -> Verification:
    """Walk the whole chain. Links what is still open first, if the chain's end holds."""
    cut = _cut()
    while cut is None and link():
        pass
    rows, digest, bad = 0, b"", None
    for bad, digest in _walk():  # noqa: B007  (the last step is what counts)
        if bad is not None:
            break
        rows += 1
    bad = bad or cut
    return Verification(ok=bad is None, rows=rows, head=digest.hex() or None, bad=bad)


def forget_head() -> None:
    """Forget the end kept outside the database, when the site itself is laid anew (`reset_demo`)."""
    head_file().unlink(missing_ok=True)


def head_file() -> Path:
    """Where the newest link is kept outside the database."""
    return Path(settings.AUDIT_HEAD_FILE)


def _walk() -> Iterator[tuple[Bad | None, bytes]]:
    expected, digest = 1, b""
    key: bytes | None = None
    links = AuditLink.objects.order_by("seq").values_list("seq", "row_id", "hash")
    for start in range(0, links.count(), PAGE):
        page = list(links[start : start + PAGE])
        rows = AuditRow.objects.in_bulk([row_id for _, row_id, _ in page])
        for seq, row_id, kept in page:
            key = key or sealing.raw_key(CHAIN)
            row = rows.get(row_id)
            if seq != expected or row is None:
                yield Bad(str(row_id), "missing"), digest
                return
            if not hmac.compare_digest(_hash(key, digest, row), bytes(kept)):
                yield Bad(str(row_id), "altered"), digest
                return
            expected, digest = expected + 1, bytes(kept)
            yield None, digest


def _cut() -> Bad | None:
    """Whether the chain in the database still reaches the end kept outside it."""
    try:
        kept = json.loads(head_file().read_text())
    except (FileNotFoundError, ValueError):
        return None
    here = AuditLink.objects.filter(seq=kept["seq"]).first()
    if here is None:
        return Bad(str(kept["seq"]), "truncated")
    return None if bytes(here.hash).hex() == kept["hash"] else Bad(str(here.row_id), "altered")


def keep_head(seq: int, digest: bytes) -> None:
    path = head_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({"seq": seq, "hash": digest.hex()}))
    draft.replace(path)


def _hash(key: bytes, before: bytes, row: AuditRow) -> bytes:
    said = json.dumps(
        [
            str(row.id),
            row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            str(row.actor_id),
            row.verb,
            row.subject_kind,
            row.subject_id,
            str(row.person_id),
            row.detail,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hmac.new(key, before + said.encode(), hashlib.sha256).digest()
