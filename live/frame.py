"""Frames on their way out: made once, sent to any number of sockets; and how much may wait for one."""

QUEUE_FRAMES = 2000
QUEUE_BYTES = 4 * 1024 * 1024
"""What may wait for one slow reader; beyond either it is dropped with `SLOW` and resumes."""


class Frames:
    """One frame or several that belong together, ready for any number of sockets."""

    __slots__ = ("_wire", "texts")

    def __init__(self, *texts: str) -> None:
        """Each text is one JSON object, and becomes one frame."""
        self.texts = texts
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """As they stand on the wire, one after the other."""
        if self._wire is None:
            self._wire = b"".join(map(_wire, self.texts))
        return self._wire


def _wire(text: str) -> bytes:
    """A final text frame of a server, unmasked (RFC 6455, 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
