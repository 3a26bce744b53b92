"""Walk the audit chain and say whether it holds."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from records import chain


class Command(BaseCommand):
    """Last line: `{"ok","rows","head","bad"}`; exit status 1 when a row was altered, removed or cut off."""

    help = "Walk the audit chain and say whether it holds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and print."""
        found = chain.verify()
        self.stdout.write(found.line())
        if not found.ok:
            sys.exit(1)
