"""This site: settings, addresses, health, and the demo clinic."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """This site: settings, addresses, health, and the demo clinic."""

    name = "config"
