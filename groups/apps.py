"""Where they meet."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Where they meet."""

    name = "groups"
