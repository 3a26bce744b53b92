"""Being turned away, in kind words."""

from django.core.exceptions import PermissionDenied


class FormerMember(PermissionDenied):
    """The person once belonged here and does not any more; unlike a stranger, they are told so."""

    def __init__(self, place: str) -> None:
        """`place` is the group's name, which the person knows."""
        super().__init__(
            f"Your time in {place} has ended, so this room is closed to you now. Thank you for being part of it."
        )
