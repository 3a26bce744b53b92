"""Write `docs/protocol.md` from the commands and the catalogue of events."""

from config.generated import GeneratedPage
from live import protocol


class Command(GeneratedPage):
    """`manage.py protocol [--check]`."""

    help = "Write docs/protocol.md."
    page = "protocol.md"

    def render(self) -> str:
        """The page."""
        return protocol.render()
