"""How it stays safe."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """How it stays safe."""

    name = "moderation"
