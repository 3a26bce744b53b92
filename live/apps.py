"""How anything reaches a screen. Knows no domain word."""

from importlib import import_module

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Registers the commands of its own."""

    name = "live"

    def ready(self) -> None:
        """Register."""
        import_module("live.watch")
