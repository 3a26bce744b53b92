"""Where they meet."""

from importlib import import_module

from django.apps import AppConfig

REGISTER = ("commands", "hydrators", "session_commands", "session_hooks", "session_hydrators")
"""Modules that register something by being imported: commands, hooks, and what events say."""


class GroupsConfig(AppConfig):
    """Registers what happens to sessions by itself, and what sockets may ask of rooms and sessions."""

    name = "groups"

    def ready(self) -> None:
        """Register."""
        for module in REGISTER:
            import_module(f"groups.{module}")
        for module in ("services.connections", "sweeps"):
            import_module(f"groups.{module}").register()
