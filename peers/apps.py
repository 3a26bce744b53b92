"""The people."""

from importlib import import_module

from django.apps import AppConfig


class PeersConfig(AppConfig):
    """Registers what signing out and a new password mean for open sockets."""

    name = "peers"

    def ready(self) -> None:
        """Register."""
        import_module("peers.signals").register()
