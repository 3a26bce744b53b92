"""Load the demo clinic once; on a later start roll its live session forward."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import story


class Command(BaseCommand):
    """`manage.py load_demo`; demo mode only."""

    help = "Load the demo clinic, or roll it forward."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load or roll forward."""
        if not settings.DEMO:
            raise CommandError("The demo is loaded in demo mode only (HOLDFAST_MODE=demo, or make run).")
        self.stdout.write("The demo clinic is loaded." if story.load() else "The demo clinic is there; rolled forward.")
