"""Who and what is in the demo, for people and for scripts."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import catalogue


class Command(BaseCommand):
    """`manage.py cast [--json]`; demo mode only."""

    help = "Who and what is in the demo clinic."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For scripts."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        if not settings.DEMO:
            raise CommandError("The cast is there in demo mode only.")
        cast = catalogue.read()
        if options["json"]:
            self.stdout.write(json.dumps(cast))
            return
        for account in cast["accounts"]:
            self.stdout.write(f"{account['email']:32} {account['role']:16} {account['cohort'] or ''}")
