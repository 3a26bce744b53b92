"""A stream of lines in a sealed file: compressed, encrypted in chunks, complete or refused.

`holdfast-backup-1`, the id of the site key, 16 random bytes, then chunks: four bytes of length and AES-256-GCM over at
most a mebibyte. The key is made from the site key and the random bytes (HKDF-SHA256); a chunk's nonce is its number,
and its additional data says whether it is the last, so that no chunk can be changed, left out, moved or cut off.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from records import sealing

MAGIC = b"holdfast-backup-1\n"
SALT = 16
CHUNK = 1 << 20


class CannotRead(Exception):
    """Why the file is not read, in one line for the operator."""


def write(path: Path, lines: Iterable[bytes]) -> int:
    """Seal lines into a new file that appears under its name only when it is complete. Its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    key_id, site_key = next(iter(sealing.site_keys().items()))
    salt = os.urandom(SALT)
    cipher = _cipher(site_key, salt)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(MAGIC + key_id.encode() + b"\n" + salt)
            number, waiting, packer = 0, b"", zlib.compressobj(6)
            for line in lines:
                waiting += packer.compress(line)
                while len(waiting) >= CHUNK:
                    number = _put(file, cipher, number, waiting[:CHUNK], last=False)
                    waiting = waiting[CHUNK:]
            waiting += packer.flush()
            while len(waiting) > CHUNK:
                number = _put(file, cipher, number, waiting[:CHUNK], last=False)
                waiting = waiting[CHUNK:]
            _put(file, cipher, number, waiting, last=True)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path.stat().st_size


def read(path: Path) -> Iterator[bytes]:
    """The lines of a sealed file. Raises `CannotRead`, at the latest where something is wrong."""
    try:
        file = path.open("rb")
    except OSError:
        raise CannotRead(f"There is no backup at {path}.") from None
    with file:
        if file.read(len(MAGIC)) != MAGIC:
            raise CannotRead(f"{path} is not a backup of Holdfast.")
        key_id = file.readline(200).strip().decode("ascii", "replace")
        site_key = sealing.site_keys().get(key_id)
        if site_key is None:
            raise CannotRead(f"{path} was sealed with the site key {key_id!r}, which is not in HOLDFAST_SEALING_KEYS.")
        cipher = _cipher(site_key, file.read(SALT))
        unpacker, rest = zlib.decompressobj(), b""
        for chunk in _chunks(file, cipher, path):
            rest += unpacker.decompress(chunk)
            *lines, rest = rest.split(b"\n")
            yield from lines


def _chunks(file: BinaryIO, cipher: AESGCM, path: Path) -> Iterator[bytes]:
    number, last = 0, False
    while not last:
        size = int.from_bytes(file.read(4), "big")
        sealed = file.read(size)
        if not size or len(sealed) < size:
            raise CannotRead(f"{path} is cut off. Use another backup.")
        last = not file.peek(1)  # type: ignore[attr-defined]
        try:
            yield cipher.decrypt(_nonce(number), sealed, b"last" if last else b"more")
        except InvalidTag:
            raise CannotRead(f"{path} was damaged or changed, or the site key is another one.") from None
        number += 1


def _put(file: BinaryIO, cipher: AESGCM, number: int, data: bytes, *, last: bool) -> int:
    sealed = cipher.encrypt(_nonce(number), data, b"last" if last else b"more")
    file.write(len(sealed).to_bytes(4, "big") + sealed)
    return number + 1


def _cipher(site_key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"holdfast backup").derive(site_key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
