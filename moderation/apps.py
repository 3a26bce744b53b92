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
        due = import_module("records.due")
        due.register("pages", import_module("moderation.escalation.pages").page_due, every=0.5)
        due.register("what was not checked", import_module("moderation.services.unchecked").read_again, every=2.0)
        due.register("page mails", import_module("moderation.escalation.mail").mail_due, every=1.0)
