"""Whether a worker went round lately, for a container's health check."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.worker import LATE_SECONDS, lateness


class Command(BaseCommand):
    """Exit status 0 while some worker goes round."""

    help = "Exit status 0 while some worker goes round."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look."""
        late = lateness()
        if late is None or late > LATE_SECONDS:
            raise CommandError("No worker has gone round lately.")
        self.stdout.write(f"A worker went round {late:.0f} s ago.")
