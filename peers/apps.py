"""The people."""

from django.apps import AppConfig


class PeersConfig(AppConfig):
    """The people."""

    name = "peers"
