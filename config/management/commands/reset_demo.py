"""The demo clinic as new."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.demo import story
from records import chain, sealing


class Command(BaseCommand):
    """Lays the database anew (the audit's tables cannot be emptied) and loads the demo. Never outside a demo."""

    help = "The demo clinic as new. Removes everything that was written in it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset."""
        if settings.PRODUCTION:
            raise CommandError("This is a production site; nothing was removed.")
        settings.DEMO = True
        if connection.vendor == "sqlite":
            self._clear_sqlite()
        else:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        chain.forget_head()
        sealing.forget_keys()
        (settings.VAR_DIR / "demo-password").unlink(missing_ok=True)
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        story.load()
        self.stdout.write("The demo clinic is as new.")

    def _clear_sqlite(self) -> None:
        """Drop every table in place, so that a server that has the file open sees the new ones."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute(
                "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND type IN ('table', 'trigger')"
            )
            found = sorted(cursor.fetchall(), key=lambda item: item[0] == "table")
            for kind, name in found:
                cursor.execute(f'DROP {kind.upper()} IF EXISTS "{name}"')
            cursor.execute("PRAGMA foreign_keys=ON")
