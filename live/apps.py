"""How anything reaches a screen. Knows no domain word."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """How anything reaches a screen. Knows no domain word."""

    name = "live"
