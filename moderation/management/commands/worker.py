"""Do what waits: pages that are due, sessions that open, the audit's chain."""

from argparse import ArgumentParser
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand

from groups.services import screening
from moderation.worker import Worker


class Command(BaseCommand):
    """`manage.py worker`, or one round with `--once`."""

    help = "Do what waits, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One round, for scripts."""
        parser.add_argument("--once", action="store_true", help="go round once and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Work."""
        worker = Worker()
        if once:
            self.stdout.write(f"{worker.go_round()} done")
        else:
            # Pages wait for nothing; what was held unchecked is read again as soon as the lexicon is there.
            Thread(target=screening.make_ready, name="lexicon", daemon=True).start()
            worker.run()
