"""Seal the whole site into one file, while it goes on running."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from records import backup, strongbox
from records.clock import now


class Command(BaseCommand):
    """`manage.py backup [--to FILE]`; by default into `var/backups/`."""

    help = "Write a sealed backup of the whole site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--to", default="")

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        """Write it."""
        path = Path(to) if to else Path(settings.VAR_DIR) / "backups" / f"holdfast-{now():%Y%m%d-%H%M%S}.backup"
        if path.exists():
            raise CommandError(f"{path} is there already; a backup overwrites nothing.")
        try:
            size = strongbox.write(path, backup.dump())
        except OSError as error:
            raise CommandError(f"The backup could not be written to {path}: {error.strerror}.") from None
        self.stdout.write(f"{path} ({size:,} bytes). The site keys are not in it: keep them apart, and safe.")
