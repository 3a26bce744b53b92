"""What a service answers when something cannot be done now: a code for programs, a reason for a person."""


class Refused(Exception):
    """Not done, and nothing changed. `reason` is shown to the person as it is; it holds no message text."""

    def __init__(self, code: str, reason: str) -> None:
        """`code` is one of the socket's codes (docs/protocol.md)."""
        super().__init__(code)
        self.code = code
        self.reason = reason
