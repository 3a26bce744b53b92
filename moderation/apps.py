"""How it stays safe."""

from importlib import import_module

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Hears what happens in the rooms, and gives the worker its paging."""

    name = "moderation"

    def ready(self) -> None:
        """Register."""
        import_module("moderation.topics")
        import_module("moderation.handlers").register()
        due, pages = import_module("records.due"), import_module("moderation.escalation.pages")
        due.register("pages", pages.page_due, every=0.5)
        due.register("page mails", pages.mail_due, every=1.0)
