"""Wrap every data key with the newest site key."""

from typing import Any

from django.core.management.base import BaseCommand

from records import sealing


class Command(BaseCommand):
    """Put a new key first in `HOLDFAST_SEALING_KEYS`, run this, then the old one may go."""

    help = "Wrap every data key with the newest site key (the first of HOLDFAST_SEALING_KEYS)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate and say how many keys changed."""
        changed = sealing.rewrap()
        newest = next(iter(sealing.site_keys()))
        self.stdout.write(f"{changed} data keys are now wrapped by {newest}.")
