"""This site: settings, addresses, health, and the demo clinic."""

from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers the checks of an operator's settings."""

    name = "config"

    def ready(self) -> None:
        """Register."""
        import_module("config.checks")
