"""Sealed text: AES-256-GCM, one data key per room, person or case, each wrapped by a site key.

The additional data names what the text belongs to (`about`: for a message its id and version), so a sealed text
moved to another row does not open. Destroying a data key destroys every word under it.
"""

import base64
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction

from records import entropy
from records.clock import now
from records.models import DataKey, KeyOwner

NONCE = 12
REMEMBER_SECONDS = 60.0
"""How long a process keeps an opened data key; a key destroyed by another process is gone here after that."""
REMEMBER_KEYS = 4096


class CannotOpen(Exception):
    """The text was sealed for something else, altered, or its key is gone. Carries no text."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose key seals: `room(id)`, `person(id)` or `case(id)`."""

    kind: KeyOwner
    id: UUID


def room(identifier: UUID) -> Owner:
    """The words of one room."""
    return Owner(KeyOwner.ROOM, identifier)


def person(identifier: UUID) -> Owner:
    """What is kept about one person."""
    return Owner(KeyOwner.PERSON, identifier)


def case(identifier: UUID) -> Owner:
    """Evidence and notes of one case; outlives the room's key."""
    return Owner(KeyOwner.CASE, identifier)


def seal(owner: Owner, about: object, text: str) -> bytes:
    """Seal `text` for `owner`, bound to `about` (an id, or id and version).

    Raises `UnicodeEncodeError` for a lone surrogate and `CannotOpen` when the owner's key was destroyed.
    """
    nonce = entropy.take(NONCE)
    return nonce + AESGCM(_key(owner)).encrypt(nonce, text.encode(), _bound(owner, about))


def unseal(owner: Owner, about: object, sealed: bytes | memoryview) -> str:
    """The text again. Raises `CannotOpen` if it was moved, altered, or its key destroyed."""
    raw = bytes(sealed)
    try:
        return AESGCM(_key(owner, make=False)).decrypt(raw[:NONCE], raw[NONCE:], _bound(owner, about)).decode()
    except InvalidTag:
        raise CannotOpen(f"{owner.kind} text cannot be opened") from None


def raw_key(owner: Owner) -> bytes:
    """The owner's opened data key itself, for a MAC. Never store it, never log it."""
    return _key(owner)


def destroy(owner: Owner) -> None:
    """Destroy the owner's key, and with it every word under it. Cannot be undone."""
    DataKey.objects.filter(owner_kind=owner.kind, owner_id=owner.id).update(wrapped=None, destroyed_at=now())
    forget_keys()


def forget_keys() -> None:
    """Forget every opened data key of this process."""
    _remembered.clear()


def rewrap() -> int:
    """Wrap every data key with the newest site key; returns how many changed. Texts stay as they are."""
    newest = next(iter(site_keys()))
    changed = 0
    for row in DataKey.objects.exclude(wrapped=None).exclude(wrapped_by=newest).iterator():
        plain = _unwrap(row)
        changed += DataKey.objects.filter(pk=row.pk, wrapped_by=row.wrapped_by, destroyed_at=None).update(
            wrapped=_wrap(newest, row.owner_kind, row.owner_id, plain), wrapped_by=newest
        )
    return changed


def site_keys() -> dict[str, bytes]:
    """The site keys by id, newest first, from `HOLDFAST_SEALING_KEYS`."""
    pairs = (item.strip().partition(":") for item in settings.SEALING_KEYS.split(",") if item.strip())
    return {name: base64.b64decode(value) for name, _, value in pairs}


def _bound(owner: Owner, about: object) -> bytes:
    return f"{owner.kind}:{owner.id}:{about}".encode()


def _wrap(key_id: str, kind: str, owner_id: UUID, plain: bytes) -> bytes:
    nonce = entropy.take(NONCE)
    return nonce + AESGCM(site_keys()[key_id]).encrypt(nonce, plain, f"wrap:{kind}:{owner_id}".encode())


def _unwrap(row: DataKey) -> bytes:
    if row.wrapped is None:
        raise CannotOpen(f"{row.owner_kind} key was destroyed")
    raw = bytes(row.wrapped)
    try:
        key = AESGCM(site_keys()[row.wrapped_by])
        return key.decrypt(raw[:NONCE], raw[NONCE:], f"wrap:{row.owner_kind}:{row.owner_id}".encode())
    except (KeyError, InvalidTag):
        raise CannotOpen(f"no site key opens this {row.owner_kind} key") from None


_remembered: dict[Owner, tuple[float, bytes]] = {}


def _key(owner: Owner, *, make: bool = True) -> bytes:
    since, key = _remembered.get(owner, (0.0, b""))
    if key and monotonic() - since < REMEMBER_SECONDS:
        return key
    row = DataKey.objects.filter(owner_kind=owner.kind, owner_id=owner.id).first() or (_new(owner) if make else None)
    if row is None:
        raise CannotOpen(f"this {owner.kind} has no key")
    key = _unwrap(row)
    # Only a committed key is remembered: one whose transaction rolls back never sealed anything that is kept.
    transaction.on_commit(lambda: _remember(owner, key))
    return key


def _remember(owner: Owner, key: bytes) -> None:
    if len(_remembered) >= REMEMBER_KEYS:
        _remembered.clear()
    _remembered[owner] = (monotonic(), key)


def _new(owner: Owner) -> DataKey:
    key_id = next(iter(site_keys()))
    try:
        with transaction.atomic():
            return DataKey.objects.create(
                owner_kind=owner.kind,
                owner_id=owner.id,
                wrapped=_wrap(key_id, owner.kind, owner.id, AESGCM.generate_key(256)),
                wrapped_by=key_id,
                made_at=now(),
            )
    except IntegrityError:
        return DataKey.objects.get(owner_kind=owner.kind, owner_id=owner.id)
