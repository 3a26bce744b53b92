"""`make run`: a working clinic from one command, until stopped."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import launch


class Command(BaseCommand):
    """Migrate, load the demo once, serve it with its worker."""

    help = "A working demo clinic, until stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        """Run."""
        launch.run(port, self.stdout.write)
