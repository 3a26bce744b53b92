"""Restore a sealed backup into a new site, and prove that it holds: the audit's chain, and a message read back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from groups.models import Message
from groups.services.messages import text_of
from records import backup, chain, sealing, strongbox


class Command(BaseCommand):
    """`manage.py restore --from FILE`; the site must be new."""

    help = "Restore a sealed backup into an empty site and verify it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from."""
        parser.add_argument("--from", dest="source", required=True)

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        """Restore and verify."""
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        try:
            rows = backup.load(strongbox.read(Path(source)))
        except (backup.CannotRestore, strongbox.CannotRead) as why:
            raise CommandError(str(why)) from None
        sealing.forget_keys()
        found = chain.verify()
        if not found.ok:
            raise CommandError(f"{rows:,} rows are restored, but the audit does not hold: {found.line()}")
        readable = self._reads_back()
        self.stdout.write(f"{rows:,} rows are restored. The audit holds over {found.rows:,} rows; {readable}.")

    def _reads_back(self) -> str:
        newest = Message.objects.order_by("-written_at").first()
        if newest is None:
            return "there is no message to read back"
        try:
            text_of([newest])
        except sealing.CannotOpen:
            raise CommandError(
                "Everything is restored, but the newest message cannot be opened with these keys."
            ) from None
        return "the newest message was opened"
