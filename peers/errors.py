"""Being turned away, in kind words."""

from django.core.exceptions import PermissionDenied


class FormerMember(PermissionDenied):
    """The person once belonged here and does not any more; unlike a stranger, they are told so."""

    def __init__(self, place: str) -> None:
        """`place` is the group's name, which the person knows."""
        super().__init__(
            f"Your time in {place} has ended, so this room is closed to you now. Thank you for being part of it."
        )


class NotDone(Exception):
    """Not done, and nothing changed. `reason` is shown to the person as it is; it names nobody."""

    def __init__(self, reason: str) -> None:
        """`reason`: one or two sentences that say what to do instead."""
        super().__init__("not done")
        self.reason = reason
