"""A frame on its way out: made once, sent to any number of sockets; and how much may wait for one."""

QUEUE_FRAMES = 2000
QUEUE_BYTES = 4 * 1024 * 1024
"""What may wait for one slow reader; beyond either it is dropped with `SLOW` and resumes."""


class Frame:
    """One frame, ready for any number of sockets."""

    __slots__ = ("_wire", "text")

    def __init__(self, text: str) -> None:
        """`text` is one JSON object."""
        self.text = text
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """As it stands on the wire: a final text frame of a server, unmasked (RFC 6455, 5.2)."""
        if self._wire is None:
            payload = self.text.encode()
            size = len(payload)
            if size < 126:
                head = bytes((0x81, size))
            elif size < 65536:
                head = b"\x81\x7e" + size.to_bytes(2, "big")
            else:
                head = b"\x81\x7f" + size.to_bytes(8, "big")
            self._wire = head + payload
        return self._wire
