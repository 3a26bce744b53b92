"""Pages of `docs/` that are generated, and how they are written or checked for drift."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.env import BASE_DIR


class GeneratedPage(BaseCommand):
    """A command that writes one page; with `--check` it fails where the page on disk says something else."""

    page: str
    """File name below `docs/`."""

    def render(self) -> str:
        """The page as Markdown."""
        raise CommandError("This page has no renderer.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Write, or only compare."""
        parser.add_argument("--check", action="store_true", help="fail if the page on disk differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Write or compare."""
        path = BASE_DIR / "docs" / self.page
        fresh = self.render().rstrip() + "\n"
        if not check:
            path.write_text(fresh)
            self.stdout.write(f"docs/{self.page} is written.")
        elif not path.exists() or path.read_text() != fresh:
            command = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"docs/{self.page} is not what the code says; run: manage.py {command}")
